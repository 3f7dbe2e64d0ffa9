"""Keys step: the hash keys go from the secret store to their own table by a load job, never by SQL."""

from __future__ import annotations

import base64

from google.cloud.bigquery import SchemaField

from customer360.privacy import hmac_pads
from customer360.settings import Settings, SettingsError
from customer360.warehouse import Warehouse

SCHEMA = (
    SchemaField("purpose", "STRING", mode="REQUIRED"),
    SchemaField("key_version", "STRING", mode="REQUIRED"),
    SchemaField("inner_pad", "BYTES", mode="REQUIRED"),
    SchemaField("outer_pad", "BYTES", mode="REQUIRED"),
)


def load_keys(warehouse: Warehouse, settings: Settings) -> None:
    """Replace the key table by the HMAC pads of both purposes. Raises SettingsError and LoadError."""
    keys = {"analytics": settings.hash_key, "marketing": settings.contact_key}
    if missing := [purpose for purpose, key in keys.items() if not key]:
        raise SettingsError(f"no hash key for {', '.join(missing)}: set C360_HASH_KEY and C360_CONTACT_KEY")
    if settings.hash_key == settings.contact_key:
        raise SettingsError(
            "C360_HASH_KEY and C360_CONTACT_KEY are equal; open and restricted keys must differ"
        )
    rows = [_row(purpose, key, settings.hash_key_version) for purpose, key in keys.items()]
    warehouse.replace_from_rows(f"{settings.dataset('keys')}.hash_keys", SCHEMA, rows)


def _row(purpose: str, key: bytes, version: str) -> dict[str, str]:
    inner, outer = (base64.b64encode(pad).decode() for pad in hmac_pads(key))
    return {"purpose": purpose, "key_version": version, "inner_pad": inner, "outer_pad": outer}
