"""The cluster under test: trigger, wait, break, and read the marts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from scripts.cluster.airflow_api import Airflow, TaskInstance
from scripts.cluster.delivery import deliver
from scripts.cluster.forward import forwarded
from scripts.cluster.kind import kubectl
from scripts.cluster.pods import PodWatch
from scripts.cluster.run import DAG
from scripts.cluster.secrets import AIRFLOW, SANDBOX
from scripts.marts import Contents, contents

PROJECT = "customer-360-sandbox"
RUN_SECONDS = 900


@dataclass(frozen=True)
class Pod:
    """What a pod of a task was; kind: its label `component`, such as uploader or dbt."""

    kind: str
    task_id: str
    map_index: str
    try_number: str
    account: str
    image: str

    @classmethod
    def of(cls, pod: Mapping[str, Any]) -> Pod:
        labels, spec = pod["metadata"]["labels"], pod["spec"]
        return cls(
            labels["app.kubernetes.io/component"],
            labels["task_id"],
            labels.get("map_index", "-1"),
            labels["try_number"],
            spec["serviceAccountName"],
            spec["containers"][0]["image"],
        )


class Place:
    """A running cluster and what tests do to it; every run is for `day`, also after midnight."""

    def __init__(self, airflow: Airflow):
        self.airflow = airflow
        self.day = datetime.now(UTC).date()

    def trigger(self, source: str, **conf: Any) -> str:
        """Start a run of a delivery that pods see at `source`; its id."""
        now = datetime.now(UTC)
        return self.airflow.trigger(
            DAG, {"source_uri": source, **conf}, datetime.combine(self.day, now.timetz())
        )

    def tasks(self, run_id: str) -> list[TaskInstance]:
        return self.airflow.tasks(DAG, run_id)

    def log(self, run_id: str, task_id: str) -> str:
        """The logs of every instance of a task that ran."""
        found = [task for task in self.tasks(run_id) if task.task_id == task_id and task.start]
        return "\n".join(line for task in found for line in self.airflow.log(DAG, run_id, task))

    def finish(self, run_id: str) -> str:
        """Wait for the end of a run; its state."""
        wait_for(lambda: self.airflow.run_state(DAG, run_id) in ("success", "failed"), RUN_SECONDS)
        return self.airflow.run_state(DAG, run_id)

    def finish_watched(self, run_id: str) -> tuple[str, dict[str, Pod]]:
        """Wait for the end of a run; its state, and every pod of a task that was seen meanwhile, by name."""
        with PodWatch() as watch:
            state = self.finish(run_id)
        return state, {name: Pod.of(pod) for name, pod in watch.seen.items()}

    def tried_again(self, run_id: str) -> dict[str, list[str]]:
        """The last lines of the first try of every task that needed another one, by task."""
        again = [task for task in self.tasks(run_id) if task.try_number > 1]
        first = [replace(task, try_number=1) for task in again]
        return {task.key: self.airflow.log(DAG, run_id, task)[-20:] for task in first}

    def wait_until(self, run_id: str, task_id: str, state: str) -> None:
        """Wait until an instance of a task is in a state. Raises AssertionError when all have ended before."""

        def is_reached() -> bool:
            states = {task.state for task in self.tasks(run_id) if task.task_id == task_id}
            is_over = bool(states) and states <= {"success", "failed", "upstream_failed"}
            assert not is_over, f"{task_id} ended before it was seen {state}"
            return state in states

        wait_for(is_reached, RUN_SECONDS)

    def marts(self) -> Contents:
        """Every row of every mart as JSON, by table, in a fixed order."""
        with forwarded(SANDBOX, "bigquery", 9050) as url:
            return contents(client(url))


def client(url: str) -> bigquery.Client:
    """A client of an emulator."""
    return bigquery.Client(
        PROJECT,
        AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": url},
    )


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing happened in {seconds:.0f} s")
        time.sleep(1)


def pods(selector: str, namespace: str = AIRFLOW) -> list[dict[str, Any]]:
    """The pods that a label selector finds."""
    found = kubectl("get", "pods", "--namespace", namespace, "--selector", selector, "--output", "json")
    items: list[dict[str, Any]] = json.loads(found)["items"]
    return items


def landed(directory: Path) -> str:
    """Put a folder where pods find it; the path that they see."""
    return deliver(str(directory), 0, 0)
