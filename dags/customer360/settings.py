"""Configuration: everything comes from the environment, and only through this module."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHUNK_BYTES = 10 * 1024 * 1024
MINIMUM_KEY_BYTES = 32
LAYERS = ("raw", "keys", "staging", "intermediate", "quarantine", "marts", "restricted")
OPEN_LAYERS = ("marts",)


class SettingsError(ValueError):
    """A variable is missing or wrong; the message names it and what it must hold."""


@dataclass(frozen=True)
class Settings:
    """One run's configuration. Secrets are kept out of repr, so that no log shows them."""

    project: str
    location: str
    dataset_prefix: str
    raw_bucket: str
    rates_url: str
    dbt_target: str
    dbt_directory: Path
    commit: str
    hash_key_version: str
    hash_key: bytes = field(repr=False)
    contact_key: bytes = field(repr=False)

    def dataset(self, layer: str) -> str:
        """Name of a layer's dataset. Raises SettingsError for a layer the platform does not have."""
        if layer not in LAYERS:
            raise SettingsError(f"no dataset for layer {layer!r}; there are {', '.join(LAYERS)}")
        return f"{self.dataset_prefix}_{layer}"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises SettingsError that names the variable and the remedy."""
    return Settings(
        project=_required(environ, "C360_PROJECT"),
        location=environ.get("C360_LOCATION", "US"),
        dataset_prefix=environ.get("C360_DATASET_PREFIX", "olist"),
        raw_bucket=_required(environ, "C360_RAW_BUCKET"),
        rates_url=environ.get("C360_RATES_URL", "https://api.frankfurter.dev").rstrip("/"),
        dbt_target=environ.get("C360_DBT_TARGET", "sandbox"),
        dbt_directory=Path(environ.get("C360_DBT_DIR", "dbt")),
        commit=environ.get("C360_COMMIT", "unknown"),
        hash_key_version=environ.get("C360_HASH_KEY_VERSION", "1"),
        hash_key=_key(environ, "C360_HASH_KEY"),
        contact_key=_key(environ, "C360_CONTACT_KEY"),
    )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set; README.md lists every setting and what it must hold")
    return value


def _key(environ: Mapping[str, str], name: str) -> bytes:
    # Only the step that loads the keys needs them, so an absent key is no error here.
    value = environ.get(name, "").encode()
    if value and len(value) < MINIMUM_KEY_BYTES:
        raise SettingsError(f"{name} has {len(value)} bytes; a keyed hash needs at least {MINIMUM_KEY_BYTES}")
    return value
