"""The canonical serialisation of the delivery: what is quoted, and how times and money are written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from customer360.catalogue import source

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def quoted(value: str) -> str:
    """A text value as delivered: in quotes only when it starts with a digit or could not be read otherwise."""
    if not value:
        return ""
    special = '"' in value or "," in value or "\n" in value or "\r" in value
    if special or "0" <= value[0] <= "9":
        return '"' + value.replace('"', '""') + '"'
    return value


def times(seconds: Ints) -> list[str]:
    """Local times as `YYYY-MM-DD HH:MM:SS`; `seconds` count from 1970, below zero means empty."""
    stamps = np.datetime_as_string(np.maximum(seconds, 0).astype("datetime64[s]"))
    return [
        "" if second < 0 else stamp.replace("T", " ")
        for second, stamp in zip(seconds.tolist(), stamps.tolist(), strict=True)
    ]


def epoch(stamp: str) -> int:
    """Seconds since 1970 of a local time such as `2017-11-24 00:00:00`, counted as if it were UTC."""
    return int(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp())


def money(cents: Ints) -> list[str]:
    """Amounts in BRL with two decimals, from integer cents."""
    return [f"{value // 100}.{value % 100:02d}" for value in cents.tolist()]


def hex_ids(rng: np.random.Generator, count: int) -> list[str]:
    """`count` random ids of 32 hex digits, as the delivery uses everywhere."""
    digits = rng.bytes(16 * count).hex()
    return [digits[start : start + 32] for start in range(0, 32 * count, 32)]


class Table:
    """One file of the delivery, written row by row; counts its data rows."""

    def __init__(self, directory: Path, table: str) -> None:
        """Open the file of raw table `table` and write its fully quoted header."""
        self.source = source(table)
        self.rows = 0
        self._file = (directory / self.source.file).open("w", encoding="utf-8", newline="")
        self._file.write(",".join(f'"{name}"' for name in self.source.header) + "\n")

    def write(self, lines: Iterable[str]) -> None:
        """Append finished lines, each without its line end."""
        ready = list(lines)
        if ready:
            self._file.write("\n".join(ready) + "\n")
        self.rows += len(ready)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
