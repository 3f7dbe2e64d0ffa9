"""A Terraform provider that knows a schema alone, for machines that cannot reach the registry."""
