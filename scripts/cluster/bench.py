"""A run on the cluster against the same run in the sandbox: wall time, pods, and how soon a pod works."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.cluster import ClusterError
from scripts.cluster.airflow_api import TaskInstance
from scripts.cluster.kind import kubectl
from scripts.cluster.run import BUILD, DAG, run
from scripts.cluster.secrets import AIRFLOW
from scripts.cluster.status import connect
from scripts.commands import CommandError

RESULTS = Path("build/bench/cluster.json")


def bench(arguments: argparse.Namespace, console: Console) -> int:
    """Measure both, print them and write them as JSON. Raises ClusterError when a run fails."""
    airflow = connect()
    demo = [
        sys.executable,
        "-m",
        "scripts.demo",
        "--orders",
        str(arguments.orders),
        "--seed",
        str(arguments.seed),
    ]
    sandbox_s = _timed(lambda: subprocess.run(demo, stdout=subprocess.DEVNULL, check=False).returncode)
    with _created_pods() as created:
        cluster_s = _timed(lambda: run(arguments, console))
    run_id = json.loads((BUILD / "summary.json").read_text())["run_id"]
    waits = waiting_seconds(created, airflow.tasks(DAG, run_id))
    results = {
        "orders": arguments.orders,
        "sandbox_s": round(sandbox_s, 1),
        "cluster_s": round(cluster_s, 1),
        "ratio": round(cluster_s / sandbox_s, 2),
        "pods": len(created),
        "median_created_to_running_s": round(statistics.median(waits), 1),
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    table = Table("", "", title="Cluster against sandbox", show_header=False)
    for name, value in results.items():
        table.add_row(name, str(value))
    console.print(table)
    return 0


def waiting_seconds(created: dict[str, tuple[str, float]], tasks: list[TaskInstance]) -> list[float]:
    """Seconds from a pod's creation to the start of the task in it; `created`: task and time by pod's name.

    The tasks of dbt are left out: they start first, and their pod then.
    """
    first: dict[str, float] = {}
    for task, moment in created.values():
        first[task] = min(moment, first.get(task, moment))
    started = {
        _key(task.task_id, task.map_index): datetime.fromisoformat(task.start).timestamp()
        for task in tasks
        if task.start
    }
    waits = [started[task] - moment for task, moment in first.items() if task in started]
    return [seconds for seconds in waits if seconds >= 0]


def _key(task_id: str, map_index: int | str) -> str:
    return f"{task_id}[{map_index}]"


def _timed(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    if work():
        raise ClusterError("a run failed, so there is nothing to compare")
    return time.perf_counter() - start


@contextmanager
def _created_pods() -> Iterator[dict[str, tuple[str, float]]]:
    """Every pod of a task that is seen within the block."""
    seen: dict[str, tuple[str, float]] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(1):
            try:
                found = kubectl(
                    "get", "pods", "--namespace", AIRFLOW, "--selector", "dag_id", "--output", "json"
                )
            except CommandError:
                continue
            for pod in json.loads(found)["items"]:
                meta, labels = pod["metadata"], pod["metadata"]["labels"]
                task = _key(labels["task_id"], labels.get("map_index", "-1"))
                seen[meta["name"]] = (task, datetime.fromisoformat(meta["creationTimestamp"]).timestamp())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
