"""Configuration: everything comes from the environment, and only through this module."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from customer360.errors import PermanentError

CHUNK_BYTES = 10 * 1024 * 1024
MINIMUM_KEY_BYTES = 32
LAYERS = ("raw", "keys", "erasures", "staging", "intermediate", "quarantine", "marts", "restricted")
OPEN_LAYERS = ("marts",)
# What a dbt pod hears of the scheduler's environment. Secrets reach it by reference, its folders are its image's own.
DBT_VARIABLES = (
    "BIGQUERY_EMULATOR_HOST",
    "C360_COMMIT",
    "C360_DATASET_PREFIX",
    "C360_DBT_TARGET",
    "C360_DBT_THREADS",
    "C360_HASH_KEY_VERSION",
    "C360_LOCATION",
    "C360_MAX_BYTES_BILLED",
    "C360_POLICY_TAGS",
    "C360_PROJECT",
    "C360_RAW_BUCKET",
)


class SettingsError(PermanentError, ValueError):
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
    dbt_target_path: Path
    dbt_image: str
    landing_claim: str
    source_uri: str
    retry_seconds: int
    cpu_request: str
    statsd: str
    commit: str
    hash_key_version: str
    hash_key: bytes = field(repr=False)
    contact_key: bytes = field(repr=False)
    erasure_key: bytes = field(repr=False)
    alert_webhook: str = field(repr=False)

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
        dbt_target_path=Path(environ.get("C360_DBT_TARGET_PATH", "/tmp/dbt-target")),  # noqa: S108 - a pod's own
        dbt_image=environ.get("C360_DBT_IMAGE", ""),
        landing_claim=environ.get("C360_LANDING_CLAIM", ""),
        source_uri=environ.get("C360_SOURCE_URI", "/landing"),
        retry_seconds=_seconds(environ, "C360_RETRY_SECONDS", "60"),
        cpu_request=environ.get("C360_CPU_REQUEST", ""),
        statsd=_address(environ, "C360_STATSD"),
        commit=environ.get("C360_COMMIT", "unknown"),
        hash_key_version=environ.get("C360_HASH_KEY_VERSION", "1"),
        hash_key=_key(environ, "C360_HASH_KEY"),
        contact_key=_key(environ, "C360_CONTACT_KEY"),
        erasure_key=_key(environ, "C360_ERASURE_KEY"),
        alert_webhook=environ.get("C360_ALERT_WEBHOOK", ""),
    )


def dbt_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables to hand on to a dbt pod; no secret is among them."""
    return {name: environ[name] for name in DBT_VARIABLES if name in environ}


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set; README.md lists every setting and what it must hold")
    return value


def _seconds(environ: Mapping[str, str], name: str, default: str) -> int:
    value = environ.get(name, default)
    if not value.isdecimal():
        raise SettingsError(f"{name} is {value!r}; it must be a whole number of seconds")
    return int(value)


def _address(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if value and not re.fullmatch(r"[\w.-]+:[0-9]+", value):
        raise SettingsError(f"{name} is {value!r}; it must be host:port")
    return value


def _key(environ: Mapping[str, str], name: str) -> bytes:
    # Only the steps that use a key need it, so an absent one is no error here.
    value = environ.get(name, "").encode()
    if value and len(value) < MINIMUM_KEY_BYTES:
        raise SettingsError(f"{name} has {len(value)} bytes; a keyed hash needs at least {MINIMUM_KEY_BYTES}")
    return value
