"""What the benchmark of the cluster makes of what it saw."""

from __future__ import annotations

from typing import Any

from scripts.cluster.airflow_api import TaskInstance
from scripts.cluster.bench import waiting_seconds


def task(task_id: str, map_index: int = -1, start: str | None = "2026-01-01T00:00:10Z") -> TaskInstance:
    return TaskInstance(task_id, map_index, "success", 1, task_id, start, None)


def pod(second: int, task_id: str, **labels: str) -> dict[str, Any]:
    created = f"2026-01-01T00:00:{second:02}Z"
    return {"metadata": {"creationTimestamp": created, "labels": {"task_id": task_id, **labels}}}


def test_a_task_waited_from_the_creation_of_its_first_pod() -> None:
    assert waiting_seconds([pod(9, "reconcile"), pod(7, "reconcile")], [task("reconcile")]) == [3]


def test_mapped_tasks_are_told_apart() -> None:
    pods = [pod(index, "upload", map_index=f"{index}") for index in (0, 1)]
    assert waiting_seconds(pods, [task("upload", 0), task("upload", 1)]) == [10, 9]


def test_a_task_that_starts_its_pod_itself_is_left_out() -> None:
    assert waiting_seconds([pod(12, "dbt.staging")], [task("dbt.staging")]) == []


def test_a_task_without_a_pod_or_a_start_is_left_out() -> None:
    assert waiting_seconds([pod(1, "reconcile")], [task("load"), task("reconcile", start=None)]) == []
