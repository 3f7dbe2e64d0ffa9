"""What a run leaves behind: summary.json, the dbt docs and the report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from customer360.dbt_session import DbtSession
from scripts.demo.pipeline import Pipeline, Run

STEPS = ("upload", "rates", "suppress", "load", "dbt", "reconcile")


def build_summary(pipeline: Pipeline, leaks: int, peak_rss_mb: Mapping[str, float]) -> dict[str, Any]:
    """The run as plain data; seconds by step, rows by table, quarantined rows by raw table."""
    run = pipeline.run
    seconds = {step: run.seconds(step) for step in STEPS}
    return {
        "run_id": run.run_id,
        "commit": pipeline.settings.commit,
        "seconds": {**seconds, "total": round(sum(seconds.values()), 2)},
        "rows": _rows(run) | _mart_rows(pipeline),
        "quarantined": {entry.table: entry.quarantined for entry in run.balances if entry.quarantined},
        "tests": {
            "passed": run.outcome.passed,
            "warned": run.outcome.warned,
            "failed": run.outcome.failed,
        },
        "leaks": leaks,
        "uploaded_bytes": sum(record.bytes for record in run.records),
        "peak_rss_mb": {**run.peak_rss_mb, **peak_rss_mb},
        "timeline": run.timeline,
    }


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write summary.json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(summary, indent=2) + "\n")


def write_docs(dbt: DbtSession, target: Path, docs: Path) -> None:
    """Write dbt's documentation as one page. Raises DbtError."""
    dbt.run("docs", "generate", "--static", "--no-compile")
    docs.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target / "static_index.html", docs / "index.html")


def _rows(run: Run) -> dict[str, int]:
    raw = {f"raw.{entry.table}": entry.raw for entry in run.balances}
    return raw | {f"staging.stg_{entry.table}": entry.staging for entry in run.balances}


def _mart_rows(pipeline: Pipeline) -> dict[str, int]:
    counts: dict[str, int] = {}
    for layer in ("marts", "restricted"):
        dataset = pipeline.settings.dataset(layer)
        tables = [table.table_id for table in pipeline.warehouse.client.list_tables(dataset)]
        selects = [
            f"select '{table}' as model, count(*) as rows_found from {dataset}.{table}" for table in tables
        ]
        found = pipeline.warehouse.rows(" union all ".join(selects)) if selects else []
        counts |= {
            f"marts.{row['model']}": row["rows_found"] for row in sorted(found, key=lambda row: row["model"])
        }
    return counts


def print_summary(console: Console, summary: Mapping[str, Any], directory: Path) -> None:
    """Show the run's figures, and where to read more."""
    table = Table("", "", title=f"Run {summary['run_id']}", show_header=False)
    for step, seconds in summary["seconds"].items():
        table.add_row(f"{step} seconds", f"{seconds:.1f}")
    for name in ("raw.orders", "marts.fct_order_items", "marts.fct_payments", "marts.customer_360"):
        table.add_row(name, f"{summary['rows'].get(name, 0):,}")
    table.add_row("quarantined rows", f"{sum(summary['quarantined'].values()):,}")
    tests = summary["tests"]
    table.add_row("tests", f"{tests['passed']} passed, {tests['warned']} warned, {tests['failed']} failed")
    table.add_row("leaks", str(summary["leaks"]))
    console.print(table)
    for title, file in (
        ("report", "report.html"),
        ("summary", "summary.json"),
        ("dbt docs", "docs/index.html"),
    ):
        if (directory / file).exists():
            console.print(f"{title:<9}{directory / file}", highlight=False)
