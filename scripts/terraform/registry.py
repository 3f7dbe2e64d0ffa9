"""Where Terraform takes its providers from: the registry, or built here, with the schema alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from scripts.cluster import upstream
from scripts.offline.terraform import mirror
from scripts.terraform import TerraformError
from scripts.terraform.pieces import pieces

CHOICE = "TERRAFORM_PROVIDERS"
ORIGINS = {
    "upstream": "from the Terraform registry",
    "offline": "SCHEMA ALONE, built here: it validates and plans, and applies nothing",
}


@dataclass(frozen=True)
class Providers:
    """A source of providers, `upstream` or `offline`; `environment` is what Terraform needs to take it."""

    source: str
    environment: Mapping[str, str]

    def __str__(self) -> str:
        named = " and ".join(f"{name} {pin['version']}" for name, pin in pieces()["providers"].items())
        return f"providers {named}: {ORIGINS[self.source]}"


def provide() -> Providers:
    """The source to use; TERRAFORM_PROVIDERS wins, else the registry where it answers. Builds what is not there yet.

    Raises TerraformError and CommandError.
    """
    source = choose()
    environment = {"TF_CLI_CONFIG_FILE": str(mirror.provide())} if source == "offline" else {}
    return Providers(source, environment)


def choose() -> str:
    """`upstream` or `offline`. Raises TerraformError when TERRAFORM_PROVIDERS is neither."""
    chosen = os.environ.get(CHOICE)
    if not chosen:
        return "upstream" if upstream.answers(pieces()["registry"]) else "offline"
    if chosen not in ORIGINS:
        raise TerraformError(f"{CHOICE} is {chosen!r}; it must be one of {', '.join(ORIGINS)}")
    return chosen
