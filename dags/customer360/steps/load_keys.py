"""Keys step: the hash keys go from the secret store to their own table by a load job, never by SQL."""

from __future__ import annotations

import base64

from google.api_core.exceptions import NotFound
from google.cloud.bigquery import SchemaField

from customer360.privacy import hmac_pads
from customer360.settings import Settings, SettingsError
from customer360.warehouse import Warehouse

KEYS = "hash_keys"
Key = tuple[str, str, str, str]  # as SCHEMA has them
SCHEMA = (
    SchemaField("purpose", "STRING", mode="REQUIRED"),
    SchemaField("key_version", "STRING", mode="REQUIRED"),
    SchemaField("inner_pad", "BYTES", mode="REQUIRED"),
    SchemaField("outer_pad", "BYTES", mode="REQUIRED"),
)


def load_keys(warehouse: Warehouse, settings: Settings, table: str = KEYS) -> None:
    """Replace a key table by the HMAC pads of both purposes. Raises SettingsError and LoadError."""
    rows = [dict(zip((f.name for f in SCHEMA), key, strict=True)) for key in sorted(wanted_keys(settings))]
    warehouse.replace_from_rows(f"{settings.dataset('keys')}.{table}", SCHEMA, rows)


def wanted_keys(settings: Settings) -> set[Key]:
    """The rows that the settings ask for. Raises SettingsError."""
    keys = {"analytics": settings.hash_key, "marketing": settings.contact_key}
    if missing := [purpose for purpose, key in keys.items() if not key]:
        raise SettingsError(f"no hash key for {', '.join(missing)}: set C360_HASH_KEY and C360_CONTACT_KEY")
    if settings.hash_key == settings.contact_key:
        raise SettingsError(
            "C360_HASH_KEY and C360_CONTACT_KEY are equal; open and restricted keys must differ"
        )
    return {_row(purpose, key, settings.hash_key_version) for purpose, key in keys.items()}


def stored_keys(warehouse: Warehouse, settings: Settings, table: str = KEYS) -> set[Key]:
    """The rows of a key table; none where it is not there."""
    try:
        rows = warehouse.client.list_rows(
            warehouse.client.get_table(f"{settings.project}.{settings.dataset('keys')}.{table}")
        )
        return {(r.purpose, r.key_version, _text(r.inner_pad), _text(r.outer_pad)) for r in rows}
    except NotFound:
        return set()


def _row(purpose: str, key: bytes, version: str) -> Key:
    inner, outer = map(_text, hmac_pads(key))
    return purpose, version, inner, outer


def _text(pad: bytes) -> str:
    return base64.b64encode(pad).decode()
