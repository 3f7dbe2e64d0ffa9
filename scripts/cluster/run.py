"""Run the Dag on the cluster and show it; it ends with the demo's summary and report."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console

from scripts.cluster import ClusterError
from scripts.cluster.airflow_api import Airflow
from scripts.cluster.delivery import deliver
from scripts.cluster.failures import show_failures
from scripts.cluster.results import write_results
from scripts.cluster.status import connect
from scripts.cluster.watch import follow

DAG = "olist_etl_pipeline"
BUILD = Path("build/cluster").resolve()
PARSE_SECONDS = 120
FAILED, LEAKED = 1, 3


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Deliver, trigger, follow, report. Raises ClusterError, CommandError and BadFileError."""
    airflow = connect()
    _wait_for_dag(airflow)
    console.print("delivering the files")
    source = deliver(arguments.source, arguments.orders, arguments.seed)
    airflow.unpause(DAG)
    run_id = airflow.trigger(DAG, {"source_uri": source, "full_refresh": arguments.full_refresh})
    console.print(f"run {run_id}: {airflow.url}/dags/{DAG}/runs/{run_id}", highlight=False, soft_wrap=True)
    if follow(airflow, DAG, run_id, console) != "success":
        show_failures(airflow, DAG, run_id, console)
        return FAILED
    leaks = write_results(airflow, DAG, run_id, Path(arguments.source or source), BUILD, console)
    return LEAKED if leaks else 0


def _wait_for_dag(airflow: Airflow) -> None:
    deadline = time.monotonic() + PARSE_SECONDS
    while not airflow.has_dag(DAG):
        if time.monotonic() > deadline:
            raise ClusterError(f"Airflow does not know {DAG}; see `make logs NAME=dag-processor`")
        time.sleep(1)
