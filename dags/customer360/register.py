"""The register of erased persons and the record of each erasure, in a dataset that the eraser alone may read.

A person stands there as a keyed hash. Its key is never rotated: the ids are gone, so nobody could hash them anew.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.bigquery import SchemaField

from customer360.privacy import keyed_hash
from customer360.settings import Settings, SettingsError
from customer360.strangers import BLANKS
from customer360.warehouse import Warehouse

PERSONS = (
    SchemaField("person_hash", "STRING", mode="REQUIRED"),
    SchemaField("salt", "BYTES", mode="REQUIRED"),
    SchemaField("request", "STRING", mode="REQUIRED"),
    SchemaField("key_check", "STRING", mode="REQUIRED"),
)
ERASURES = (
    SchemaField("request", "STRING", mode="REQUIRED"),
    SchemaField("asked_by", "STRING"),
    SchemaField("run_id", "STRING", mode="REQUIRED"),
    SchemaField("commit", "STRING", mode="REQUIRED"),
    SchemaField("finished_at", "TIMESTAMP", mode="REQUIRED"),
    SchemaField("objects", "INTEGER", mode="REQUIRED"),
    SchemaField("generations", "INTEGER", mode="REQUIRED"),
    SchemaField("rows_by_table", "STRING", mode="REQUIRED"),
)
CHECKED = "the key of the register"  # hashed beside each person, to tell another key


@dataclass(frozen=True)
class Entry:
    """An erased person: what ids are replaced with, and the request that it was erased for."""

    salt: bytes
    request: str


class Register:
    """The register of one place."""

    def __init__(self, warehouse: Warehouse, settings: Settings):
        self._warehouse = warehouse
        self._key = settings.erasure_key
        self._persons = f"{settings.dataset('erasures')}.persons"
        self._erasures = f"{settings.dataset('erasures')}.erasures"

    def entries(self) -> dict[str, Entry]:
        """Every erased person by its hash. Raises SettingsError where the key is not the register's."""
        if not self._warehouse.has_table(self._persons):
            return {}
        rows = self._warehouse.rows(f"select person_hash, salt, request, key_check from {self._persons}")
        if rows and {row["key_check"] for row in rows} != {self._hash(CHECKED)}:
            raise SettingsError(
                "C360_ERASURE_KEY is not the key that the register of erased persons was made with; erased persons "
                "would come back. Set that key: it is never rotated"
            )
        return {row["person_hash"]: Entry(row["salt"], row["request"]) for row in rows}

    def hash(self, person: str) -> str:
        """How a person stands in the register. Raises SettingsError without a key."""
        return self._hash(person.strip(BLANKS))

    def enter(self, person: str, entry: Entry) -> None:
        """Enter a person, once for a request. Raises LoadError and SettingsError."""
        row = {
            "person_hash": self.hash(person),
            "salt": base64.b64encode(entry.salt).decode(),
            "request": entry.request,
            "key_check": self._hash(CHECKED),
        }
        self._append(self._persons, PERSONS, row)

    def is_finished(self, request: str) -> bool:
        """True when the erasure that a request asked for is on record."""
        if not self._warehouse.has_table(self._erasures):
            return False
        return request in {
            row["request"] for row in self._warehouse.rows(f"select request from {self._erasures}")
        }

    def record(self, facts: Mapping[str, Any]) -> None:
        """Put a finished erasure on record, once for a request. Raises LoadError."""
        self._append(self._erasures, ERASURES, dict(facts))

    def _append(self, table: str, schema: tuple[SchemaField, ...], row: dict[str, Any]) -> None:
        job_id = f"c360-erase-{table.replace('.', '-')}-{row['request']}"
        self._warehouse.append_rows(table, schema, [row], job_id)

    def _hash(self, text: str) -> str:
        if not self._key:
            raise SettingsError("C360_ERASURE_KEY is not set; without it erased persons would come back")
        return keyed_hash(self._key, text)
