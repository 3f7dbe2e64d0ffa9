"""Read every STRING column of every open table and judge its distinct values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from customer360.settings import OPEN_LAYERS, Settings
from customer360.warehouse import Warehouse
from scripts.leak_scan.detect import kinds
from scripts.leak_scan.known import KnownValues, read_ledger

# Keys and hashes are judged inside the warehouse; only other texts are fetched.
HEXADECIMAL = r"^(?:[0-9a-f]{32}|[0-9a-f]{64})$"


@dataclass(frozen=True)
class Column:
    """A STRING column of an open table."""

    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True)
class Finding:
    """Distinct values of one column that hold one kind of personal data."""

    column: str
    kind: str
    count: int


@dataclass(frozen=True)
class LeakReport:
    """What was looked at, and what was found: counts, never values."""

    findings: tuple[Finding, ...]
    columns: int
    values: int
    known: int

    @property
    def leaks(self) -> int:
        """Values found, summed over columns and kinds."""
        return sum(finding.count for finding in self.findings)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was there to look at, or to look for: then no leak means nothing."""
        return not (self.values and self.known)


def scan(warehouse: Warehouse, settings: Settings, ledger: Path | None = None) -> LeakReport:
    """Look for every contact of the raw contact table and of a ledger, and for patterns, in all open datasets.

    Raises GoogleAPIError when a raw table is missing, OSError when the ledger is.
    """
    with ThreadPoolExecutor(3) as pool:
        contacts = pool.submit(known_values, warehouse, settings, ledger)
        columns = open_columns(warehouse, settings)
        if not columns:
            return LeakReport((), 0, 0, len(contacts.result()))
        hashes = pool.submit(_hash_findings, warehouse, settings, columns)
        texts = list(_texts(warehouse, columns))
        known = contacts.result()
        # The history keeps the cities of earlier deliveries, which no raw table knows any more.
        history = f"{settings.dataset('marts')}.customer_segment_history.city"
        known.forget_names(text for column, text in texts if column == history)
        counts = Counter((column, kind) for column, text in texts for kind in kinds(text, known))
    found = [Finding(column, kind, count) for (column, kind), count in sorted(counts.items())]
    return LeakReport((*found, *hashes.result()), len(columns), len(texts), len(known))


def open_columns(warehouse: Warehouse, settings: Settings) -> list[Column]:
    """Every STRING column of every table and view of the open datasets."""
    return [
        Column(f"{settings.dataset(layer)}.{row['table_name']}", row["column_name"])
        for layer in OPEN_LAYERS
        for row in warehouse.rows(
            f"select table_name, column_name from {settings.dataset(layer)}.INFORMATION_SCHEMA.COLUMNS "
            "where data_type = 'STRING' order by table_name, ordinal_position"
        )
    ]


def known_values(warehouse: Warehouse, settings: Settings, ledger: Path | None) -> KnownValues:
    """The contacts delivered, and what the generator planted."""
    raw = settings.dataset("raw")
    known = KnownValues()
    contacts = (
        "select string_agg(to_json_string([real_name, email, phone_number, home_address]), '\\n') as packed "
        f"from {raw}.customer_pii group by substr(customer_unique_id, 1, 2)"
    )
    for contact in _unpacked(warehouse, contacts):
        known.add_contact(*contact[1])
    for entry in read_ledger(ledger) if ledger else ():
        known.add_planted(entry)
    places = warehouse.rows(
        f"select geolocation_city as city from {raw}.geolocation "
        f"union distinct select customer_city from {raw}.customers"
    )
    known.forget_names(row["city"] for row in places if row["city"])
    return known


def _texts(warehouse: Warehouse, columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    values = _values(columns, f"not regexp_contains(cell.value, r'{HEXADECIMAL}')")
    yield from _unpacked(
        warehouse,
        f"select place, string_agg(to_json_string(value), '\\n') as packed from ({values}) "
        "group by place, char_length(value)",
    )


def _values(columns: Sequence[Column], condition: str) -> str:
    """SQL for the distinct values of all columns that meet a condition on `cell.value`; one pass over a table."""
    selects = []
    for table, of_table in groupby(columns, lambda column: column.table):
        cells = ", ".join(f"struct('{column}' as place, {column.name} as value)" for column in of_table)
        selects.append(
            f"select distinct cell.place, cell.value from {table} cross join unnest([{cells}]) as cell "
            f"where {condition}"
        )
    return " union all ".join(selects)


def _unpacked(warehouse: Warehouse, sql: str) -> Iterator[tuple[str, Any]]:
    """Rows of `place` and a value each, sent as JSON lines: a thousand values a row arrive five times sooner."""
    for row in warehouse.rows(sql):
        for line in row["packed"].split("\n"):
            yield row.get("place", ""), json.loads(line)


def _hash_findings(warehouse: Warehouse, settings: Settings, columns: Sequence[Column]) -> list[Finding]:
    """Raw identifiers, and contacts or identifiers hashed without a key, which anybody could repeat."""
    raw = settings.dataset("raw")
    places = _values(columns, "char_length(cell.value) in (32, 64)")
    sql = f"""
        with identifiers as (
            select order_id as value from {raw}.orders
            union all select customer_id from {raw}.customers
            union all select customer_unique_id from {raw}.customers
        ),
        contacts as (
            select value from identifiers
            union all select email from {raw}.customer_pii
            union all select lower(trim(email)) from {raw}.customer_pii
            union all select phone_number from {raw}.customer_pii
            union all select regexp_replace(phone_number, '[^0-9]', '') from {raw}.customer_pii
        ),
        forbidden as (
            select value, 'identifier' as kind from identifiers
            union all select to_hex(sha256(value)), 'hash without a key' from contacts
        )
        select places.place, forbidden.kind, count(distinct places.value) as found
        from ({places}) as places
        inner join forbidden on places.value = forbidden.value
        group by places.place, forbidden.kind
        order by places.place, forbidden.kind
    """
    return [Finding(row["place"], row["kind"], row["found"]) for row in warehouse.rows(sql)]
