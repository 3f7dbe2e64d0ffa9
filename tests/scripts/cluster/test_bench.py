"""What the benchmark of the cluster makes of what it saw."""

from __future__ import annotations

from datetime import UTC, datetime

from scripts.cluster.airflow_api import TaskInstance
from scripts.cluster.bench import waiting_seconds

STARTED = "2026-01-01T00:00:10Z"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def task(task_id: str, map_index: int, start: str | None = STARTED) -> TaskInstance:
    return TaskInstance(task_id, map_index, "success", 1, task_id, start, None)


def test_a_task_waited_from_the_creation_of_its_first_pod() -> None:
    created = {
        "one": ("reconcile[-1]", MOMENT + 7),
        "two": ("reconcile[-1]", MOMENT + 60),
    }
    assert waiting_seconds(created, [task("reconcile", -1)]) == [3]


def test_mapped_tasks_are_told_apart() -> None:
    created = {f"pod-{index}": (f"uploads.upload[{index}]", MOMENT + index) for index in (0, 1)}
    assert waiting_seconds(created, [task("uploads.upload", 0), task("uploads.upload", 1)]) == [10, 9]


def test_a_task_that_starts_its_pod_itself_is_left_out() -> None:
    assert waiting_seconds({"one": ("dbt.staging[-1]", MOMENT + 12)}, [task("dbt.staging", -1)]) == []


def test_a_task_without_a_pod_or_a_start_is_left_out() -> None:
    assert waiting_seconds({}, [task("reconcile", -1), task("reconcile", -1, None)]) == []
