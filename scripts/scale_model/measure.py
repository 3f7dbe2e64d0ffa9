"""Runs in the sandbox: how large tables and files are at a size, and what dbt asks of BigQuery."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from customer360.dbt_session import DbtSession
from customer360.manifest import Record
from customer360.settings import from_environment
from scripts.demo.pipeline import Pipeline, Run
from scripts.generate import generate
from scripts.lint_sql.analyzer import Query, Reads, reads
from scripts.lint_sql.project import Project
from scripts.sandbox import running_sandbox
from scripts.scale_model.plan import with_views_inlined
from scripts.scale_model.tables import Size, sizes

DBT = Path("dbt").resolve()
DAY = "2018-12-31"


@dataclass(frozen=True)
class Measured:
    """A run: its tables by `project.dataset.name`, its files, the months of its facts, and what its queries read.

    as_views, as_tables: reads with staging as production has it, and as the sandbox has it.
    """

    orders: int
    tables: dict[str, Size]
    files: tuple[Record, ...]
    months: int
    as_views: tuple[Reads, ...]
    as_tables: tuple[Reads, ...]


def measure(orders: int, program: Path) -> Measured:
    """Run once in a sandbox of its own. Raises AnalyzerError, CompileError, DbtError and SandboxError."""
    before = dict(os.environ)
    try:
        with (
            tempfile.TemporaryDirectory() as name,
            running_sandbox(Path(name) / "sandbox") as sandbox,
        ):
            os.environ.update(sandbox.environment())
            return _run(orders, program, Path(name))
    finally:
        os.environ.clear()
        os.environ.update(before)


def _run(orders: int, program: Path, scratch: Path) -> Measured:
    source, target = scratch / "delivery", scratch / "target"
    generate(source, orders, 360)
    settings = from_environment()
    pipeline = Pipeline(settings, Run("scale-model", DAY))
    pipeline.create_datasets()
    with DbtSession(settings.dbt_directory, settings.dbt_target, target, target / "dbt.out") as dbt:
        pipeline.execute(str(source), dbt)
    marts = settings.dataset("marts")
    (row,) = pipeline.warehouse.rows(
        f"select count(distinct purchase_month) as months from {marts}.fct_orders"
    )
    # With the tables there, the facts compile as every later run sends them.
    project = Project(DBT, settings.dbt_target, scratch / "compiled")
    queries = list(project.queries())
    views = _views(queries, Project(DBT, "prod", scratch / "parsed").views())
    tables = list(project.tables())
    return Measured(
        orders,
        sizes(pipeline.warehouse, settings),
        tuple(pipeline.run.records),
        row["months"],
        reads(program, tables, with_views_inlined(_without(queries, views), views)),
        reads(program, tables, queries),
    )


def _views(queries: Iterable[Query], names: dict[str, str]) -> dict[str, str]:
    """SQL of the views by table. `names`: table by the name of its query."""
    return {names[query.name]: query.sql for query in queries if query.name in names}


def _without(queries: Iterable[Query], views: dict[str, str]) -> list[Query]:
    """Making a view reads nothing."""
    return [query for query in queries if query.sql not in views.values()]
