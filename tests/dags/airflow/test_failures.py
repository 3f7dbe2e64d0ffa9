"""Errors in a task: which end it at once, and what the webhook hears of it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from kubernetes.client import models as k8s

from customer360 import alerts
from customer360.catalogue import CatalogueError
from customer360.inspector import BadFileError
from customer360.rates import RatesError, RatesRefusedError
from customer360.settings import SettingsError
from customer360.steps.reconcile import ReconcileError
from customer360.storage import ForeignObjectError, StorageError
from customer360.warehouse import LoadError
from failures import giving_up, tell

RUN_PAGE = "http://airflow/dags/olist_etl_pipeline/runs/run%3A1"
BAD_FILE = BadFileError("orders.csv", "the row has 7 values, not 8", "Mend it.", 3, "order_id")
PERMANENT: list[Exception] = [
    BAD_FILE,
    CatalogueError("why"),
    ForeignObjectError("why"),
    LoadError("why"),
    RatesRefusedError("why"),
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
    links = {
        "log_url": f"{RUN_PAGE}/tasks/uploads.upload/mapped/3?try_number=2",
        "hostname": "olist-upload-x7",
    }
    return {"ti": SimpleNamespace(**place, **links, try_number=2), "exception": error}


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
                "pod": "olist-upload-x7",
                "try": 2,
                "state": "failed",
                "error": "OSError",
                "log": f"{RUN_PAGE}/tasks/uploads.upload/mapped/3?try_number=2",
                "run_page": RUN_PAGE,
                "events": "kubectl get events --field-selector involvedObject.name=olist-upload-x7",
            },
        )
    ]


def test_of_an_error_that_gave_up_the_webhook_hears_what_it_was(told: list[Any]) -> None:
    with pytest.raises(AirflowFailException) as caught:
        failing(BAD_FILE)()
    tell(context(caught.value))
    assert told[0][1]["error"] == "BadFileError"
    assert told[0][1]["message"] == str(BAD_FILE)


QUOTING = "row 7: Maria Silva, maria@example.com, 123.456.789-09"


@pytest.mark.parametrize("error", [OSError(QUOTING), StorageError(QUOTING), AirflowFailException(QUOTING)])
def test_what_an_error_may_quote_does_not_leave(told: list[Any], error: Exception) -> None:
    tell(context(error))
    assert not any(part in json.dumps(told) for part in ("Maria", "maria", "123.456"))


def test_what_caused_an_error_of_ours_does_not_leave(told: list[Any]) -> None:
    caused = LoadError("orders: BigQuery refused the file (invalid); the table is as it was.")
    caused.__cause__ = OSError(QUOTING)
    with pytest.raises(AirflowFailException) as caught:
        failing(caused)()
    tell(context(caught.value))
    assert "BigQuery refused the file" in told[0][1]["message"]
    assert "Maria" not in json.dumps(told)


def test_of_a_task_that_starts_a_pod_that_pod_is_told(told: list[Any]) -> None:
    waiting = context(OSError())
    waiting["ti"].task = SimpleNamespace(pod=k8s.V1Pod(metadata=k8s.V1ObjectMeta(name="dbt-marts-x7")))
    tell(waiting)
    assert told[0][1]["pod"] == "dbt-marts-x7"


def test_a_task_that_was_lost_with_its_pod_is_told_without_one(told: list[Any]) -> None:
    lost = context(None)
    del lost["ti"].hostname
    tell(lost)
    assert told[0][1]["pod"] == ""
    assert "events" not in told[0][1]


@pytest.mark.parametrize("error", [None, AirflowFailException("by hand")])
def test_a_failure_without_a_cause_is_told_as_well(told: list[Any], error: Exception | None) -> None:
    tell(context(error))
    assert told[0][1]["error"] == type(error).__name__
