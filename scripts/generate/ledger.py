"""The ledger of planted personal data: what a redaction must find, and where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from customer360.catalogue import source
from scripts.generate.pii import Planted

LEDGER = "ledger.jsonl"


class Ledger:
    """Writes one JSON object a line."""

    def __init__(self, directory: Path) -> None:
        self.rows = 0
        self._file = (directory / LEDGER).open("w", encoding="utf-8", newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(
        self, table: str, row: int, column: str, key: dict[str, str], planted: Planted, person: str | None
    ) -> None:
        """Note one value; `row` counts data records from 1, `person` is set when it is that person's own."""
        entry = {
            "file": source(table).file,
            "row": row,
            "column": column,
            "key": key,
            "class": planted.kind,
            "form": planted.form,
            "layout": planted.layout,
            "value": planted.value,
            "canonical": planted.canonical,
            "customer_unique_id": person,
        }
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self.rows += 1
