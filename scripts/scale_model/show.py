"""The model as people read it."""

from __future__ import annotations

from pathlib import PurePosixPath

from rich.console import Console
from rich.table import Table

from scripts.scale_model.model import Model

TIB, GIB = 1024**4, 1024**3


def show(model: Model, console: Console) -> None:
    """Print what a run reads, what its files and months are, and what it costs."""
    read = Table("query", title=f"What dbt reads of {model.orders:,} orders", box=None)
    for name in ("GiB read", "share", "windows over all rows"):
        read.add_column(name, justify="right")
    every = sum(cost.billed for cost in (*model.models, *model.tests))
    tests = sum(cost.billed for cost in model.tests)
    for cost in sorted(model.models, key=lambda cost: -cost.billed):
        read.add_row(
            PurePosixPath(cost.name).stem,
            f"{cost.read / GIB:,.0f}",
            f"{cost.billed / every:.1%}",
            str(cost.windows or ""),
        )
    read.add_row(f"{len(model.tests)} tests", f"{tests / GIB:,.0f}", f"{tests / every:.1%}", "")
    console.print(read)

    files = Table("file", title="Files", box=None)
    for name in ("GiB", "chunks", "one load job takes it"):
        files.add_column(name, justify="right")
    for file in sorted(model.files, key=lambda file: -file.bytes):
        files.add_row(
            file.name, f"{file.bytes / GIB:,.1f}", f"{file.chunks:,}", "yes" if file.is_loadable else "no"
        )
    console.print(files)

    facts = Table("fact", title="Partitions", box=None)
    for name in ("months", "million rows each", "GiB each"):
        facts.add_column(name, justify="right")
    for part in model.partitions:
        facts.add_row(part.table, str(part.months), f"{part.rows / 1e6:,.1f}", f"{part.bytes / GIB:,.1f}")
    console.print(facts)

    console.print(
        f"a run: USD {model.usd_of_models:,.2f} for models, {model.usd_of_tests:,.2f} for tests; with staging as "
        f"tables {model.usd_with_tables:,.2f} for both\n"
        f"a month: USD {model.usd_of_storage_a_month:,.0f} for {model.tables_bytes / TIB:,.1f} TiB of tables and the "
        f"files of 30 runs",
        highlight=False,
        soft_wrap=True,
    )
    most = max(cost.billed for cost in (*model.models, *model.tests))
    if model.too_expensive:
        console.print(
            f"[yellow]{len(model.too_expensive)} queries[/] bill more than production allows; "
            f"C360_MAX_BYTES_BILLED={most:.0f} would let all of them run",
            highlight=False,
            soft_wrap=True,
        )
    for name in model.too_wide:
        console.print(f"[yellow]{name}[/] sorts more than one machine can", highlight=False, soft_wrap=True)
