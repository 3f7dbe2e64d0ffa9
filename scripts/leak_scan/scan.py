"""Read every STRING column of every open table and judge its distinct values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from customer360.settings import OPEN_LAYERS, Settings
from customer360.warehouse import Warehouse
from scripts.leak_scan.detect import kinds
from scripts.leak_scan.known import KnownValues, read_ledger

# Keys and hashes are compared with what they must not be inside the warehouse; only other values are fetched.
HEXADECIMAL = r"^(?:[0-9a-f]{32}|[0-9a-f]{64})$"


@dataclass(frozen=True)
class Column:
    """A STRING column of an open table."""

    dataset: str
    table: str
    name: str

    @property
    def text(self) -> str:
        """Its values as STRING in SQL, nested ones as JSON."""
        return self.name

    def __str__(self) -> str:
        return f"{self.dataset}.{self.table}.{self.name}"


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
    """Look for every contact of the raw contact table and of a ledger, and for patterns, in all open datasets."""
    columns = open_columns(warehouse, settings)
    if not columns:
        return LeakReport((), 0, 0, 0)
    with ThreadPoolExecutor(3) as pool:
        contacts = pool.submit(known_values, warehouse, settings, ledger)
        hexadecimal = pool.submit(_hexadecimal_findings, warehouse, settings, columns)
        texts = pool.submit(_texts, warehouse, columns)
        known = contacts.result()
        counts: Counter[tuple[str, str]] = Counter()
        for column, text in texts.result():
            counts.update((column, kind) for kind in kinds(text, known))
    findings = [Finding(column, kind, count) for (column, kind), count in sorted(counts.items())]
    return LeakReport((*findings, *hexadecimal.result()), len(columns), len(texts.result()), len(known))


def open_columns(warehouse: Warehouse, settings: Settings) -> list[Column]:
    """Every column of the open datasets that holds text."""
    return [
        Column(row["table_schema"], row["table_name"], row["column_name"])
        for layer in OPEN_LAYERS
        for row in warehouse.rows(
            "select table_schema, table_name, column_name "
            f"from `{settings.project}`.{settings.dataset(layer)}.INFORMATION_SCHEMA.COLUMNS "
            "where data_type = 'STRING' order by table_name, ordinal_position"
        )
    ]


def known_values(warehouse: Warehouse, settings: Settings, ledger: Path | None) -> KnownValues:
    """The contacts delivered, and what the generator planted."""
    raw = settings.dataset("raw")
    known = KnownValues()
    for row in warehouse.client.query(
        f"select real_name, email, phone_number, home_address from {raw}.customer_pii"
    ).result():
        known.add_contact(*row.values())
    for entry in read_ledger(ledger) if ledger else ():
        known.add_planted(entry)
    places = warehouse.client.query(f"select distinct geolocation_city from {raw}.geolocation").result()
    known.forget_names(row[0] for row in places if row[0])
    return known


def _texts(warehouse: Warehouse, columns: Sequence[Column]) -> list[tuple[str, str]]:
    selects = [
        f"select distinct '{column}' as place, {column.name} as value from {column.dataset}.{column.table} "
        f"where not regexp_contains({column.name}, r'{HEXADECIMAL}')"
        for column in columns
    ]
    return [(row[0], row[1]) for row in warehouse.client.query(" union all ".join(selects)).result()]


def _hexadecimal_findings(
    warehouse: Warehouse, settings: Settings, columns: Sequence[Column]
) -> list[Finding]:
    """Raw identifiers, and contacts or identifiers behind a hash without a key, which anybody could repeat."""
    raw = settings.dataset("raw")
    selects = [
        f"select '{column}' as place, {column.name} as value from {column.dataset}.{column.table} "
        f"where regexp_contains({column.name}, r'{HEXADECIMAL}')"
        for column in columns
    ]
    sql = f"""
        with places as ({" union all ".join(selects)}),
        identifiers as (
            select order_id as value from {raw}.orders
            union distinct select customer_id from {raw}.customers
            union distinct select customer_unique_id from {raw}.customers
        ),
        contacts as (
            select value from identifiers
            union distinct select lower(trim(email)) from {raw}.customer_pii
            union distinct select email from {raw}.customer_pii
            union distinct select phone_number from {raw}.customer_pii
            union distinct select regexp_replace(phone_number, r'[^0-9]', '') from {raw}.customer_pii
        ),
        forbidden as (
            select value, 'identifier' as kind from identifiers
            union all
            select to_hex(sha256(value)), 'hash without a key' from contacts
        )
        select places.place, forbidden.kind, count(distinct places.value) as found
        from places
        inner join forbidden on places.value = forbidden.value
        group by places.place, forbidden.kind
    """
    return [Finding(row[0], row[1], row[2]) for row in warehouse.client.query(sql).result()]
