"""Terraform for the infrastructure's code: the program, and where its providers come from."""


class TerraformError(RuntimeError):
    """Terraform or its provider cannot be brought; the message says what to do."""
