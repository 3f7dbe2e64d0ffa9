"""The calculation: two measured runs, list prices and limits give a run of any size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from customer360.settings import CHUNK_BYTES
from scripts.lint_sql.analyzer import Reads
from scripts.scale_model.measure import Measured
from scripts.scale_model.plan import Cost, cost
from scripts.scale_model.tables import Growth

FACTS = "fct_"
DAYS_A_MONTH = 30


@dataclass(frozen=True)
class File:
    """A delivered file: bytes, requests of 10 MiB that bring it, and whether one load job takes it."""

    name: str
    bytes: float
    chunks: int
    is_loadable: bool


@dataclass(frozen=True)
class Partition:
    """A fact table: rows and bytes of one of its months."""

    table: str
    months: int
    rows: float
    bytes: float


@dataclass(frozen=True)
class Model:
    """A run at a number of orders; `models` and `tests` with staging as production's views, USD by list prices.

    too_expensive: queries that production's C360_MAX_BYTES_BILLED refuses. too_wide: those that sort more rows than one
    machine can.
    """

    orders: int
    measured_at: tuple[int, int]
    models: tuple[Cost, ...]
    tests: tuple[Cost, ...]
    files: tuple[File, ...]
    partitions: tuple[Partition, ...]
    tables_bytes: float
    usd_of_models: float
    usd_of_tests: float
    usd_with_tables: float
    usd_of_storage_a_month: float
    too_expensive: tuple[str, ...]
    too_wide: tuple[str, ...]


def model(
    small: Measured, large: Measured, orders: int, prices: Mapping[str, Any], most_billed: int
) -> Model:
    """The model at a number of orders. `most_billed`: bytes that a query may bill in production."""
    measured_at = (small.orders, large.orders)
    growth = {
        name: Growth.through(measured_at, small.tables[name], size) for name, size in large.tables.items()
    }
    least = prices["least_bytes_per_table"]

    def costs(reads: Iterable[Reads], *, tests: bool) -> tuple[Cost, ...]:
        return tuple(cost(entry, growth, orders, least) for entry in reads if is_test(entry.name) is tests)

    def usd(found: Iterable[Cost]) -> float:
        return sum(entry.billed for entry in found) / 1024**4 * float(prices["usd_per_tib_read"])

    models, tests = costs(large.as_views, tests=False), costs(large.as_views, tests=True)
    stored = sum(table.bytes(orders) for table in growth.values())
    delivered = tuple(files(small, large, orders, prices))
    in_bucket = sum(file.bytes for file in delivered) * DAYS_A_MONTH
    month = prices["usd_per_gib_month"]
    return Model(
        orders,
        measured_at,
        models,
        tests,
        delivered,
        tuple(partitions(growth, large.months, orders)),
        stored,
        usd(models),
        usd(tests),
        usd(costs(large.as_tables, tests=False)) + usd(costs(large.as_tables, tests=True)),
        stored / 1024**3 * month["table"] + in_bucket / 1024**3 * month["object"],
        tuple(entry.name for entry in (*models, *tests) if entry.billed > most_billed),
        tuple(
            entry.name
            for entry in (*models, *tests)
            if entry.windows and sorted_bytes(entry, growth, orders) > prices["most_bytes_of_a_window"]
        ),
    )


def sorted_bytes(query: Cost, growth: Mapping[str, Growth], orders: int) -> float:
    """What the windows of a query may have to sort: a model gives each row that it sorted, a test none."""
    made = [
        table for name, table in growth.items() if name.rpartition(".")[2] == PurePosixPath(query.name).stem
    ]
    return made[0].bytes(orders) if made else query.read


def is_test(query: str) -> bool:
    """Whether a query is a test by its name."""
    return query.startswith("dbt/tests/") or ".yml, " in query


def files(small: Measured, large: Measured, orders: int, prices: Mapping[str, Any]) -> Iterable[File]:
    """The files of a delivery, from the smaller one's bytes and the larger one's."""
    before = {record.table: record.bytes for record in small.files}
    for record in large.files:
        slope = (record.bytes - before[record.table]) / (large.orders - small.orders)
        size = before[record.table] + slope * (orders - small.orders)
        yield File(
            record.table,
            size,
            -int(-size // CHUNK_BYTES),
            not record.is_multiline or size <= prices["most_bytes_of_a_multiline_file"],
        )


def partitions(growth: Mapping[str, Growth], months: int, orders: int) -> Iterable[Partition]:
    """The facts' months, as if all were alike."""
    for name, table in growth.items():
        short = name.rpartition(".")[2]
        if short.startswith(FACTS) and "purchase_month" in table.row_bytes:
            yield Partition(short, months, table.rows(orders) / months, table.bytes(orders) / months)
