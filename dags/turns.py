"""Who holds the turn, in Airflow's words: `dag_id/run_id`, until that run has ended."""

from __future__ import annotations

from airflow.sdk import get_current_context


def holder() -> str:
    """This task's run."""
    ti = get_current_context()["ti"]
    return f"{ti.dag_id}/{ti.run_id}"


def has_ended(other: str) -> bool:
    """False while the other run is queued or running."""
    dag_id, _, run_id = other.partition("/")
    ti = get_current_context()["ti"]
    return bool(ti.get_dr_count(dag_id=dag_id, run_ids=[run_id], states=["queued", "running"]) == 0)
