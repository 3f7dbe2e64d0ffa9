"""What components cost while idle, from two summaries of kubelet."""

from __future__ import annotations

from typing import Any

from scripts.cluster.idle import components, used
from scripts.cluster.secrets import AIRFLOW


def summary(minute: int, **seconds: float) -> dict[str, Any]:
    return {
        "pods": [
            {
                "podRef": {"name": name, "namespace": AIRFLOW},
                "cpu": {"time": f"2026-01-01T00:{minute:02}:00Z", "usageCoreNanoSeconds": int(used * 1e9)},
            }
            for name, used in seconds.items()
        ]
    }


def test_cores_are_the_seconds_used_by_the_seconds_between_two_looks() -> None:
    found = used(
        summary(1, one=10, two=3), summary(3, one=16, two=3), {"one": "scheduler", "two": "triggerer"}
    )
    assert found == {"scheduler": 0.05, "triggerer": 0.0}


def test_a_pod_that_came_or_went_meanwhile_is_left_out() -> None:
    names = {"old": "scheduler", "new": "scheduler"}
    assert used(summary(1, old=1), summary(2, new=1), names) == {}


def test_pods_of_tasks_are_no_component() -> None:
    pods = {
        "items": [
            {"metadata": {"name": "scheduler-1", "labels": {"component": "scheduler"}}},
            {"metadata": {"name": "upload-1", "labels": {"app.kubernetes.io/component": "uploader"}}},
        ]
    }
    assert components(pods) == {"scheduler-1": "scheduler"}
