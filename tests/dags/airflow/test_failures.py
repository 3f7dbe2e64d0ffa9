"""Errors in a task: which end it at once, and what the webhook hears of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException

from customer360 import alerts
from customer360.catalogue import CatalogueError
from customer360.inspector import BadFileError
from customer360.rates import RatesError
from customer360.settings import SettingsError
from customer360.steps.reconcile import ReconcileError
from customer360.storage import ForeignObjectError, StorageError
from customer360.warehouse import LoadError
from failures import giving_up, tell

BAD_FILE = BadFileError("orders.csv", "the row has 7 values, not 8", "Mend it.", 3, "order_id")
PERMANENT: list[Exception] = [
    BAD_FILE,
    CatalogueError("why"),
    ForeignObjectError("why"),
    LoadError("why"),
    ReconcileError("why"),
    SettingsError("why"),
]


def failing(error: Exception) -> Any:
    @giving_up()
    def step() -> None:
        raise error

    return step


@pytest.mark.parametrize("error", PERMANENT, ids=lambda error: type(error).__name__)
def test_an_error_that_no_retry_cures_fails_the_task_at_once_in_its_own_words(error: Exception) -> None:
    with pytest.raises(AirflowFailException, match=str(error)) as caught:
        failing(error)()
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [RatesError("later"), StorageError("later"), OSError("later")])
def test_any_other_error_stays_as_it_is_and_is_tried_again(error: Exception) -> None:
    with pytest.raises(type(error), match="later"):
        failing(error)()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(alerts, "alert", lambda url, facts: found.append((url, facts)))
    monkeypatch.setenv("C360_ALERT_WEBHOOK", "https://alerts.example/hook")
    return found


def context(error: Exception | None) -> dict[str, Any]:
    place = {"dag_id": "olist_etl_pipeline", "run_id": "run:1", "task_id": "uploads.upload", "map_index": 3}
    return {"ti": SimpleNamespace(**place, try_number=2, log_url="http://airflow/log"), "exception": error}


def test_the_webhook_hears_which_task_failed_and_where_its_log_is(told: list[Any]) -> None:
    tell(context(OSError("a customer's name")))
    assert told == [
        (
            "https://alerts.example/hook",
            {
                "dag": "olist_etl_pipeline",
                "run": "run:1",
                "task": "uploads.upload",
                "map_index": 3,
                "try": 2,
                "state": "failed",
                "error": "OSError",
                "log": "http://airflow/log",
            },
        )
    ]


def test_of_an_error_that_gave_up_the_webhook_hears_what_it_was(told: list[Any]) -> None:
    with pytest.raises(AirflowFailException) as caught:
        failing(BAD_FILE)()
    tell(context(caught.value))
    assert told[0][1]["error"] == "BadFileError"


@pytest.mark.parametrize("error", [None, AirflowFailException("by hand")])
def test_a_failure_without_a_cause_is_told_as_well(told: list[Any], error: Exception | None) -> None:
    tell(context(error))
    assert told[0][1]["error"] == type(error).__name__
