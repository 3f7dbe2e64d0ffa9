"""Why a run failed: the end of each failed task's log, and what Kubernetes says of its pod."""

from __future__ import annotations

import json

from rich.console import Console

from scripts.cluster.airflow_api import Airflow, TaskInstance
from scripts.cluster.kind import kubectl
from scripts.cluster.secrets import AIRFLOW
from scripts.cluster.watch import name

LOG_LINES = 40


def show_failures(airflow: Airflow, dag: str, run_id: str, console: Console) -> list[str]:
    """Show every failed task of a run; the lines. Raises ClusterError and CommandError."""
    shown = []
    for task in airflow.tasks(dag, run_id):
        if task.state == "failed":
            console.rule(f"[red]{name(task)} failed")
            events = [f"event: {event}" for event in _pod_events(dag, task)]
            for line in (*airflow.log(dag, run_id, task)[-LOG_LINES:], *events):
                console.print(line, markup=False, highlight=False)
                shown.append(line)
    return shown


def _pod_events(dag: str, task: TaskInstance) -> list[str]:
    """What happened to the task's pods; their names begin with the Dag's and the task's."""
    prefix = f"{dag}-{task.task_id}".replace("_", "-").replace(".", "-")
    found = json.loads(kubectl("get", "events", "--namespace", AIRFLOW, "--output", "json"))["items"]
    return [
        f"{event['involvedObject']['name']}: {event['reason']}: {event['message']}"
        for event in found
        if event["type"] == "Warning" and event["involvedObject"].get("name", "").startswith(prefix)
    ]
