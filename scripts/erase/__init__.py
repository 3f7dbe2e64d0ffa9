"""Erase a person from the sandbox or from the kind cluster."""
