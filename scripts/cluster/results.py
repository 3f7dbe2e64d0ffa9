"""What a run on the cluster leaves behind: the demo's summary and report, told by Airflow and the warehouse."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from customer360.dbt_session import Outcome
from customer360.manifest import Record
from customer360.settings import from_environment
from customer360.steps.reconcile import amounts, balances
from scripts.cluster.airflow_api import Airflow, TaskInstance
from scripts.cluster.forward import forwarded
from scripts.cluster.secrets import SANDBOX
from scripts.cluster.watch import seconds
from scripts.demo.pipeline import Pipeline, Run
from scripts.demo.queries import collect
from scripts.demo.report import write_report
from scripts.demo.summary import build_summary, print_summary, write_summary
from scripts.image_tag import image_tag
from scripts.leak_scan import scan

OUTCOME = re.compile(r'\{"layer".*?\}')
# Tasks by the step of the demo that they are.
STEPS = {
    "uploads.upload": "upload",
    "exchange_rates.fetch": "rates",
    "raw_load.suppress": "suppress",
    "raw_load.load": "load",
    "dbt.staging": "dbt staging",
    "dbt.intermediate": "dbt intermediate",
    "dbt.marts": "dbt marts",
    "reconcile": "reconcile",
}


def write_results(
    airflow: Airflow, dag_id: str, run_id: str, delivery: Path, folder: Path, console: Console
) -> int:
    """Write summary.json and report.html of a successful run into `folder`; the number of leaks found."""
    tasks = airflow.tasks(dag_id, run_id)
    run = Run(run_id, "", timeline=timeline(tasks))
    run.records = [
        Record(**record)
        for task in tasks
        if task.task_id == "raw_load.suppress"  # the records as they were loaded
        for record in airflow.returned(dag_id, run_id, task)
    ]
    run.outcome = outcome(
        line
        for task in tasks
        if task.task_id.startswith("dbt.")
        for line in airflow.log(dag_id, run_id, task)
    )
    with forwarded(SANDBOX, "bigquery", 9050) as bigquery:
        os.environ.update(_environment(bigquery))
        pipeline = Pipeline(from_environment(), run)
        run.balances = balances(pipeline.warehouse, pipeline.settings, run.records)
        run.amounts = amounts(pipeline.warehouse, pipeline.settings)
        ledger = delivery / "ledger.jsonl"
        leaks = scan(pipeline.warehouse, pipeline.settings, ledger if ledger.exists() else None).leaks
        summary = build_summary(pipeline, leaks, {})
        summary["seconds"]["total"] = _wall(tasks)
        data = collect(pipeline.warehouse.client, pipeline.settings.dataset_prefix)
    write_summary(folder / "summary.json", summary)
    write_report(folder / "report.html", summary, data)
    print_summary(console, summary, folder)
    return leaks


def timeline(tasks: Iterable[TaskInstance]) -> list[dict[str, str | float]]:
    """Start and length of each step in seconds, counted from the first start; mapped tasks are one step."""
    spans: dict[str, tuple[float, float]] = {}
    for task in tasks:
        if task.start is None or task.task_id not in STEPS:
            continue
        start = datetime.fromisoformat(task.start).timestamp()
        end = start + seconds(task)
        step = STEPS[task.task_id]
        earlier = spans.get(step, (start, end))
        spans[step] = (min(start, earlier[0]), max(end, earlier[1]))
    first = min((start for start, _ in spans.values()), default=0.0)
    return [
        {"step": step, "start": round(start - first, 3), "seconds": round(end - start, 3)}
        for step, (start, end) in sorted(spans.items(), key=lambda entry: entry[1])
    ]


def outcome(lines: Iterable[str]) -> Outcome:
    """The sum of what dbt's pods said they did, each in one line of JSON."""
    total = Outcome()
    for line in lines:
        for found in OUTCOME.findall(line):
            counts = json.loads(found)
            total += Outcome(**{name: value for name, value in counts.items() if name != "layer"})
    return total


def _wall(tasks: Iterable[TaskInstance]) -> float:
    """Seconds from the first task's start to the last one's end."""
    starts = [datetime.fromisoformat(task.start) for task in tasks if task.start]
    ends = [datetime.fromisoformat(task.end) for task in tasks if task.end]
    return round((max(ends) - min(starts)).total_seconds(), 2)


def _environment(bigquery: str) -> dict[str, Any]:
    """The settings of the cluster's pods, as seen from this machine; the bucket is not needed here."""
    return {
        "BIGQUERY_EMULATOR_HOST": bigquery,
        "STORAGE_EMULATOR_HOST": "http://127.0.0.1:1",
        "C360_PROJECT": "customer-360-sandbox",
        "C360_RAW_BUCKET": "customer-360-raw",
        "C360_COMMIT": image_tag(),
    }
