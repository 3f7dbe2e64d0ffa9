"""A synthetic delivery in the raw tables, from this machine's disk: CI may read no bucket, and no person's data."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from google.cloud.bigquery import LoadJobConfig, SchemaField

from customer360.catalogue import RATES_TABLE, Source, source, sources
from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.generate import generate
from scripts.sandbox.rates_stub import made_series

# After the last order; a fixed day, so that main and every pull request hold the same rows.
LAST_RATE = date(2018, 12, 31)


def deliver(warehouse: Warehouse, settings: Settings, place: Path, orders: int, seed: int) -> None:
    """Generate the files in `place` and load every raw table; the same orders and seed give the same rows."""
    generate(place, orders, seed)
    _write_rates(place / source(RATES_TABLE).file)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda entry: _load(warehouse, settings, place, entry), sources()))


def _write_rates(path: Path) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(source(RATES_TABLE).header)
        rows.writerows([day, "BRL", "USD", rate] for day, rate in made_series(LAST_RATE).items())


def _load(warehouse: Warehouse, settings: Settings, place: Path, entry: Source) -> None:
    config = LoadJobConfig(
        schema=[SchemaField(name, "STRING") for name in entry.header],
        skip_leading_rows=1,
        allow_quoted_newlines=True,
        write_disposition="WRITE_TRUNCATE",
    )
    table = f"{settings.project}.{settings.dataset('raw')}.{entry.table}"
    with (place / entry.file).open("rb") as file:
        warehouse.client.load_table_from_file(file, table, job_config=config).result()
