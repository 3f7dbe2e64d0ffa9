"""What a run on the cluster is told as."""

from __future__ import annotations

from customer360.dbt_session import Outcome
from scripts.cluster.airflow_api import TaskInstance
from scripts.cluster.results import outcome, timeline


def task(task_id: str, start: int, end: int, map_index: int = -1) -> TaskInstance:
    times = {"start": f"2026-01-01T00:00:{start:02}Z", "end": f"2026-01-01T00:00:{end:02}Z"}
    return TaskInstance(task_id, map_index, "success", 1, task_id, **times)


def test_mapped_uploads_are_one_step_from_the_first_start_to_the_last_end() -> None:
    found = timeline([task("uploads.upload", 1, 4, 0), task("uploads.upload", 2, 9, 1)])
    assert found == [{"step": "upload", "start": 0.0, "seconds": 8.0}]


def test_steps_are_counted_from_the_first_start() -> None:
    found = timeline([task("raw_load.load", 10, 12), task("exchange_rates.fetch", 4, 5)])
    assert [(entry["step"], entry["start"]) for entry in found] == [("rates", 0.0), ("load", 6.0)]


def test_what_dbt_s_pods_did_is_summed() -> None:
    lines = [
        'x [base] {"layer": "staging", "passed": 2, "warned": 0, "failed": 0, "models": 3}',
        "another line",
        'y {"layer": "marts", "passed": 5, "warned": 1, "failed": 0, "models": 1}',
    ]
    assert outcome(lines) == Outcome(passed=7, warned=1, failed=0, models=4)
