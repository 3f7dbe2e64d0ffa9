"""Follow a run of the Dag: every task with its state, its seconds and the state of its pod."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table

from scripts.cluster.airflow_api import Airflow, TaskInstance
from scripts.cluster.pods import PodWatch

POLL_SECONDS = 1.0
COLOURS = {
    "success": "green",
    "failed": "red",
    "upstream_failed": "red",
    "running": "cyan",
    "deferred": "magenta",
}
ENDED = ("success", "failed")


def follow(airflow: Airflow, dag_id: str, run_id: str, console: Console) -> str:
    """Show the run until it ends; its state. Where no terminal listens, a line for each change."""
    shown: dict[str, str] = {}
    with PodWatch() as watch, Live(console=console, refresh_per_second=4, transient=True) as live:
        while True:
            state, tasks, pods = (
                airflow.run_state(dag_id, run_id),
                airflow.tasks(dag_id, run_id),
                watch.states(),
            )
            if console.is_terminal:
                live.update(_table(tasks, pods))
            else:
                _print_changes(console, tasks, pods, shown)
            if state in ENDED:
                return state
            time.sleep(POLL_SECONDS)


def seconds(task: TaskInstance) -> float:
    """How long a task has run so far."""
    if task.start is None:
        return 0.0
    end = datetime.fromisoformat(task.end) if task.end else datetime.now(UTC)
    return (end - datetime.fromisoformat(task.start)).total_seconds()


def name(task: TaskInstance) -> str:
    """A task as people know it: with the file it uploads, where it is mapped."""
    return f"{task.task_id} {task.label}" if task.map_index >= 0 else task.task_id


def _table(tasks: list[TaskInstance], pods: Mapping[str, str]) -> Table:
    table = Table("task", "state", "pod", "seconds", box=None)
    for task in sorted(tasks, key=lambda task: (task.start or "9", task.task_id, task.map_index)):
        state = task.state or "waiting"
        colour = COLOURS.get(state, "dim")
        table.add_row(name(task), f"[{colour}]{state}[/]", pods.get(task.key, ""), f"{seconds(task):.1f}")
    return table


def _print_changes(
    console: Console, tasks: list[TaskInstance], pods: Mapping[str, str], shown: dict[str, str]
) -> None:
    for task in tasks:
        line = f"{task.state or 'waiting'} {pods.get(task.key, '')}".strip()
        if task.state and shown.get(name(task)) != line:
            shown[name(task)] = line
            console.print(f"{datetime.now():%H:%M:%S} {name(task)}: {line}", highlight=False)  # noqa: DTZ005
