"""Rules of the Dag that erases a person: what it does as whom, and that it never hears who is meant."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from airflow.sdk import ParamsDict
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

from tests.dags.airflow.conftest import parse
from tests.dags.airflow.pods_of import BUILDS, LAYERS, all_pods, environment

REQUEST = "20261126t040000-0a1b2c3d"


@pytest.fixture(scope="module")
def dag() -> Any:
    return parse("erase_person")


def test_it_runs_when_it_is_asked_to_and_one_run_at_a_time(dag: Any) -> None:
    assert (dag.dag_id, dag.schedule, dag.max_active_runs) == ("erase_person", None, 1)


def test_every_layer_is_built_anew_before_the_erasure_goes_on_record(dag: Any) -> None:
    staging, intermediate, marts = BUILDS
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks} == {
        "erase": set(),
        staging: {"erase"},
        intermediate: {staging},
        marts: {intermediate},
        "record": {"erase", marts},
    }


def test_tasks_that_change_what_was_delivered_are_the_eraser_s(dag: Any) -> None:
    accounts = {name: pod.spec.service_account_name for name, pod in all_pods(dag).items()}
    assert accounts == {"erase": "eraser", "record": "eraser", **dict.fromkeys(BUILDS, "dbt")}


def test_only_the_eraser_has_the_key_of_the_register_and_by_reference(dag: Any) -> None:
    holding = {
        name: environment(pod)["C360_ERASURE_KEY"].name
        for name, pod in all_pods(dag).items()
        if "C360_ERASURE_KEY" in environment(pod)
    }
    assert holding == {"erase": "erasure-key", "record": "erasure-key"}


def test_raw_tables_however_old_are_built_from(dag: Any) -> None:
    assert [dag.get_task(f"dbt.{layer}").arguments for layer in LAYERS] == [
        [layer, "--no-freshness"] for layer in LAYERS
    ]


def test_the_request_is_the_one_parameter(dag: Any) -> None:
    assert set(dag.params) == {"request"}
    params = ParamsDict(dag.params)
    params.update({"request": REQUEST})
    assert params["request"] == REQUEST


@pytest.mark.parametrize("person", ["abad1dea" * 4, "eva@example.org", "Eva", "", 7])
def test_a_person_is_no_request(dag: Any, person: object) -> None:
    """Airflow keeps parameters and shows them."""
    params = ParamsDict(dag.params)
    with pytest.raises(ParamValidationError):
        params.update({"request": person})


def test_an_erasure_waits_for_a_run_longer_than_a_run_may_take_to_fail_a_task(dag: Any) -> None:
    erase = dag.get_task("erase")
    assert erase.retries == 12
    assert erase.max_retry_delay <= timedelta(minutes=15)


def test_what_runs_jobs_of_bigquery_is_in_their_pool(dag: Any) -> None:
    assert {task.pool for task in dag.tasks} == {"bigquery"}


def test_the_dag_survives_its_way_into_the_database(dag: Any) -> None:
    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    assert set(DagSerialization.from_dict(stored).task_ids) == set(dag.task_ids)


def test_the_documentation_names_every_task_and_parameter(dag: Any) -> None:
    assert [name for name in (*dag.task_ids, *dag.params) if f"`{name}`" not in dag.doc_md] == []
