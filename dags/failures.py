"""What becomes of an error in a task: whether Airflow tries again, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from customer360.errors import PermanentError
from customer360.settings import from_environment

LONGEST_MESSAGE = 1000


def default_args(retry_seconds: int) -> dict[str, Any]:
    """What every task of every Dag has: three tries more, each later than the one before, and word of its end."""
    return {
        "owner": "data-platform",
        "retries": 3,
        "retry_delay": timedelta(seconds=retry_seconds),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=15),
        "on_failure_callback": tell,
    }


@contextmanager
def giving_up() -> Iterator[None]:
    """Fail a task at once where trying again changes nothing; as a context or around a function."""
    try:
        yield
    except PermanentError as error:
        raise AirflowFailException(str(error)) from error


def tell(context: Mapping[str, Any]) -> None:
    """Tell the webhook which task failed, why as far as that may leave, and where to look.

    A PermanentError's message goes along, as it quotes no data; of any other error only its type. Nobody who runs this
    may read a pod's events, as neither a worker nor the Dag processor holds a token, so it says how to ask for them.
    """
    from customer360.alerts import alert

    ti, error = context["ti"], context.get("exception")
    if isinstance(error, AirflowFailException):
        error = error.__cause__ or error
    pod = _pod(ti)
    place = {"dag": ti.dag_id, "run": ti.run_id, "task": ti.task_id, "map_index": ti.map_index, "pod": pod}
    outcome = {"try": ti.try_number, "state": "failed", "error": type(error).__name__}
    if isinstance(error, PermanentError):
        outcome["message"] = str(error)[:LONGEST_MESSAGE]
    links = {"log": ti.log_url, "run_page": ti.log_url.partition("/tasks/")[0]}
    if pod:
        links["events"] = f"kubectl get events --field-selector involvedObject.name={pod}"
    alert(from_environment().alert_webhook, place | outcome | links)


def _pod(ti: Any) -> str:
    """The pod that did the work: the one that an operator started, else the worker's; "" when it is unknown."""
    started = getattr(getattr(ti, "task", None), "pod", None)
    return str(started.metadata.name if started else getattr(ti, "hostname", None) or "")
