"""Erase a person from the kind cluster: the request goes to the bucket, and its name alone to the Dag."""

from __future__ import annotations

import os

from rich.console import Console

from customer360.settings import from_environment
from customer360.steps.erase import NoSuchPersonError, ask
from customer360.storage import Bucket
from scripts.cluster.failures import show_failures
from scripts.cluster.forward import forwarded
from scripts.cluster.secrets import SANDBOX
from scripts.cluster.status import connect
from scripts.cluster.watch import follow
from scripts.sandbox.lifecycle import BUCKET, PROJECT

DAG = "erase_person"


def environment(storage_url: str) -> dict[str, str]:
    """What a client of the cluster's bucket needs, where Cloud Storage is reached at an address."""
    return {"STORAGE_EMULATOR_HOST": storage_url, "C360_PROJECT": PROJECT, "C360_RAW_BUCKET": BUCKET}


def erase_there(person: str, asked_by: str, console: Console) -> int:
    """Run the Dag and show it; 0 when it succeeded.

    Raises NoSuchPersonError, ClusterError and CommandError.
    """
    airflow = connect()
    with forwarded(SANDBOX, "storage", 4443) as url:
        os.environ.update(environment(url))
        request = ask(Bucket.connect(from_environment()), person, asked_by)
    airflow.unpause(DAG)
    run_id = airflow.trigger(DAG, {"request": request})
    console.print(f"run {run_id}: {airflow.url}/dags/{DAG}/runs/{run_id}", highlight=False, soft_wrap=True)
    if follow(airflow, DAG, run_id, console) == "success":
        return 0
    if any(NoSuchPersonError.__name__ in line for line in show_failures(airflow, DAG, run_id, console)):
        raise NoSuchPersonError("no such person; nothing changed. Is it the customer_unique_id?")
    return 1
