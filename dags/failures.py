"""What becomes of an error in a task: whether Airflow tries again, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from customer360.errors import PermanentError
from customer360.settings import from_environment


@contextmanager
def giving_up() -> Iterator[None]:
    """Fail a task at once where trying again changes nothing; as a context or around a function."""
    try:
        yield
    except PermanentError as error:
        raise AirflowFailException(str(error)) from error


def tell(context: Mapping[str, Any]) -> None:
    """Tell the webhook which task failed. Of the error only its type: a message can quote data."""
    from customer360.alerts import alert

    ti, error = context["ti"], context.get("exception")
    if isinstance(error, AirflowFailException):
        error = error.__cause__ or error
    place = {"dag": ti.dag_id, "run": ti.run_id, "task": ti.task_id, "map_index": ti.map_index}
    outcome = {"try": ti.try_number, "state": "failed", "error": type(error).__name__, "log": ti.log_url}
    alert(from_environment().alert_webhook, place | outcome)
