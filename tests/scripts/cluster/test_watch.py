"""How a run is shown."""

from __future__ import annotations

from typing import Any

from scripts.cluster.airflow_api import TaskInstance
from scripts.cluster.watch import name, seconds


def task(**values: Any) -> TaskInstance:
    given = {
        "task_id": "uploads.upload",
        "map_index": 3,
        "state": "success",
        "try_number": 1,
        "label": "orders",
    }
    times = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:00:02.5Z"}
    return TaskInstance(**{**given, **times, **values})


def test_a_mapped_task_is_called_by_its_file() -> None:
    assert name(task()) == "uploads.upload orders"


def test_a_plain_task_is_called_by_its_id() -> None:
    assert name(task(task_id="reconcile", map_index=-1, label="reconcile")) == "reconcile"


def test_a_finished_task_took_the_time_between_its_ends() -> None:
    assert seconds(task()) == 2.5


def test_a_task_that_has_not_begun_took_no_time() -> None:
    assert seconds(task(start=None, end=None)) == 0
