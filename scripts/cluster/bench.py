"""A run on the cluster against the same in the sandbox: wall time, pods, how soon a pod works, what idling costs."""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.cluster import ClusterError
from scripts.cluster.airflow_api import TaskInstance
from scripts.cluster.idle import idle_cores
from scripts.cluster.pods import Pod, PodWatch, task_of
from scripts.cluster.run import BUILD, DAG, run
from scripts.cluster.status import connect

RESULTS = Path("build/bench/cluster.json")


def bench(arguments: argparse.Namespace, console: Console) -> int:
    """Measure both, print them and write them as JSON. Raises ClusterError when a run fails."""
    airflow = connect()
    console.print("a minute without a run")
    idle = idle_cores()
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
    start = time.time()
    with PodWatch() as watch:
        cluster_s = _timed(lambda: run(arguments, console))
    run_id = json.loads((BUILD / "summary.json").read_text())["run_id"]
    # Those of a run before may still be there; Kubernetes tells whole seconds.
    pods = [pod for pod in watch.seen.values() if _created(pod) >= int(start)]
    waits = waiting_seconds(pods, airflow.tasks(DAG, run_id))
    results = {
        "orders": arguments.orders,
        "sandbox_s": round(sandbox_s, 1),
        "cluster_s": round(cluster_s, 1),
        "ratio": round(cluster_s / sandbox_s, 2),
        "pods": len(pods),
        "median_created_to_running_s": round(statistics.median(waits), 1),
        "parse_s": round(airflow.parse_seconds(DAG), 3),
        **{f"idle_cores_{component}": cores for component, cores in idle.items()},
    }
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    table = Table("", "", title="Cluster against sandbox", show_header=False)
    for name, value in results.items():
        table.add_row(name, str(value))
    console.print(table)
    return 0


def waiting_seconds(pods: Iterable[Pod], tasks: Iterable[TaskInstance]) -> list[float]:
    """Seconds from a pod's creation to the start of the task in it.

    The tasks of dbt are left out: they start first, and their pod then.
    """
    first: dict[str, float] = {}
    for pod in pods:
        first[task_of(pod)] = min(_created(pod), first.get(task_of(pod), _created(pod)))
    started = {task.key: datetime.fromisoformat(task.start).timestamp() for task in tasks if task.start}
    waits = [started[task] - moment for task, moment in first.items() if task in started]
    return [seconds for seconds in waits if seconds >= 0]


def _created(pod: Pod) -> float:
    """When a pod was created, in seconds since the epoch."""
    return datetime.fromisoformat(pod["metadata"]["creationTimestamp"]).timestamp()


def _timed(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    if work():
        raise ClusterError("a run failed, so there is nothing to compare")
    return time.perf_counter() - start
