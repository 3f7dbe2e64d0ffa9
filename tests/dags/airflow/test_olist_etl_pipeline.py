"""Rules of the Dag: when it runs, in which order, how often it tries, and what it tells others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import ParamsDict
from airflow.sdk.exceptions import ParamValidationError

from customer360.catalogue import files_delivered, sources
from tests.dags.airflow.conftest import ROOT, parse
from tests.dags.airflow.pods_of import BUILDS

UPLOADS, RATES, SUPPRESS, LOAD = (
    "uploads.upload",
    "exchange_rates.fetch",
    "raw_load.suppress",
    "raw_load.load",
)
TASKS = {RATES, UPLOADS, SUPPRESS, LOAD, *BUILDS, "reconcile"}
NOW = datetime(2026, 11, 24, 7, 15, tzinfo=UTC)


def option(task: Any, name: str) -> Any:
    """A task's option; a mapped task keeps its callbacks otherwise."""
    value = task.partial_kwargs[name] if task.is_mapped else getattr(task, name)
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def test_it_runs_daily_one_run_at_a_time_and_makes_up_for_none(dag: Any) -> None:
    assert (dag.dag_id, dag.schedule, dag.max_active_runs) == ("olist_etl_pipeline", "@daily", 1)
    assert dag.catchup is False
    assert dag.dagrun_timeout <= timedelta(days=1)


def test_it_has_an_owner_tags_and_documentation(dag: Any) -> None:
    assert dag.owner == "data-platform"
    assert {"customer-360", "olist"} <= dag.tags
    assert dag.doc_md.startswith("# Olist")


def test_the_documentation_names_every_task_and_parameter(dag: Any) -> None:
    assert [name for name in (*TASKS, *dag.params) if f"`{name}`" not in dag.doc_md] == []


def test_the_groups_and_tasks_are_those_of_the_design(dag: Any) -> None:
    assert set(dag.task_ids) == TASKS
    assert set(dag.task_group.children) == {"exchange_rates", "uploads", "raw_load", "dbt", "reconcile"}


def test_every_task_waits_for_what_it_reads(dag: Any) -> None:
    staging, intermediate, marts = BUILDS
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks} == {
        RATES: set(),
        UPLOADS: set(),
        SUPPRESS: {UPLOADS, RATES},
        LOAD: {SUPPRESS},
        staging: {LOAD},
        intermediate: {staging},
        marts: {intermediate},
        "reconcile": {SUPPRESS, marts},
    }


def test_there_is_an_upload_for_each_file_of_the_catalogue_and_for_no_other(dag: Any) -> None:
    mapped = dag.get_task(UPLOADS).op_kwargs_expand_input.value["table"]
    assert mapped == [source.table for source in files_delivered()]


def test_a_run_is_at_most_seventeen_pods_of_work(dag: Any) -> None:
    mapped = len(dag.get_task(UPLOADS).op_kwargs_expand_input.value["table"])
    assert len(dag.tasks) - 1 + mapped <= 17


@pytest.mark.parametrize("task_id", sorted(TASKS))
def test_a_task_is_tried_again_later_and_later_up_to_a_cap(dag: Any, task_id: str) -> None:
    task = dag.get_task(task_id)
    tries = 12 if task_id == SUPPRESS else 3  # it also waits so for an erasure to end
    assert (option(task, "retries"), option(task, "retry_exponential_backoff")) == (tries, 2.0)
    assert option(task, "retry_delay") < option(task, "max_retry_delay") <= timedelta(hours=1)


@pytest.mark.parametrize("task_id", sorted(TASKS))
def test_a_task_ends_in_time_and_its_failure_is_told(dag: Any, task_id: str) -> None:
    task = dag.get_task(task_id)
    assert timedelta(minutes=5) <= option(task, "execution_timeout") <= timedelta(hours=2)
    assert option(task, "on_failure_callback").__name__ == "tell"


def test_the_longest_task_fits_into_a_run_with_all_its_tries(dag: Any) -> None:
    longest = max(dag.get_task(task_id).execution_timeout for task_id in TASKS)
    assert 4 * longest <= dag.dagrun_timeout


def test_what_runs_jobs_of_bigquery_is_in_their_pool_and_nothing_else(dag: Any) -> None:
    pooled = {task.task_id for task in dag.tasks if task.pool == "bigquery"}
    assert pooled == {SUPPRESS, LOAD, *BUILDS, "reconcile"}


def test_the_load_announces_every_raw_table(dag: Any) -> None:
    names = {asset.name for asset in dag.get_task(LOAD).outlets}
    assert names == {f"olist_raw.{source.table}" for source in sources()}


def test_the_marts_announce_every_model_of_the_project(dag: Any) -> None:
    marts = ROOT / "dbt/models/marts"
    models = {f"olist_marts.{file.stem}" for file in marts.glob("core/**/*.sql")}
    models |= {f"olist_restricted.{file.stem}" for file in marts.glob("marketing/**/*.sql")}
    assert {asset.name for asset in dag.get_task("dbt.marts").outlets} == models


def test_the_other_tasks_announce_nothing(dag: Any) -> None:
    announcing = {task.task_id for task in dag.tasks if task.outlets}
    assert announcing == {LOAD, "dbt.marts"}


def test_assets_are_named_by_the_datasets_of_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C360_DATASET_PREFIX", "olist_ci_7")
    assert {asset.group for asset in parse().get_task(LOAD).outlets} == {"raw"}
    assert all(asset.name.startswith("olist_ci_7_raw.") for asset in parse().get_task(LOAD).outlets)


@pytest.mark.parametrize(
    "wrong", [{"full_refresh": "yes"}, {"full_refresh": None}, {"source_uri": 7}, {"source_uri": ""}]
)
def test_a_parameter_of_another_type_is_refused(dag: Any, wrong: dict[str, Any]) -> None:
    params = ParamsDict(dag.params)
    with pytest.raises(ParamValidationError):
        params.update(wrong)


def test_the_parameters_default_to_the_landing_volume_and_no_refresh(dag: Any) -> None:
    assert dag.params.dump() == {"source_uri": "/landing", "full_refresh": False}


def test_another_source_comes_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C360_SOURCE_URI", "https://files.example/olist")
    assert parse().params["source_uri"] == "https://files.example/olist"


def rendered(dag: Any, text: str, **context: Any) -> str:
    run = SimpleNamespace(logical_date=context.pop("logical_date", NOW), run_after=NOW + timedelta(days=1))
    found: str = dag.get_template_env().from_string(text).render({"dag_run": run, **context})
    return found


def test_the_name_of_the_run_is_valid_where_labels_and_objects_take_it(dag: Any) -> None:
    run = dag.get_task(UPLOADS).partial_kwargs["op_kwargs"]["run"]
    assert rendered(dag, run, run_id="scheduled__2026-11-24T00:00:00+00:00").startswith(
        "scheduled-2026-11-24t00"
    )


@pytest.mark.parametrize(("logical_date", "day"), [(NOW, "2026-11-24"), (None, "2026-11-25")])
def test_the_day_is_the_logical_one_and_else_that_of_the_start(
    dag: Any, logical_date: datetime | None, day: str
) -> None:
    template = dag.get_task(UPLOADS).partial_kwargs["op_kwargs"]["day"]
    assert rendered(dag, template, logical_date=logical_date) == day


@pytest.mark.parametrize(("full_refresh", "flag"), [(True, "--full-refresh"), (False, "--no-full-refresh")])
def test_a_dbt_pod_hears_its_layer_and_whether_to_refresh(dag: Any, full_refresh: bool, flag: str) -> None:
    for task_id in BUILDS:
        layer, option = dag.get_task(task_id).arguments
        assert layer == task_id.removeprefix("dbt.")
        assert rendered(dag, option, params={"full_refresh": full_refresh}) == flag


def test_the_records_of_a_run_come_by_message_to_load_and_reconcile_once_nobody_erased_is_in_them(
    dag: Any,
) -> None:
    given = {task_id: dag.get_task(task_id).op_args for task_id in (SUPPRESS, LOAD, "reconcile")}
    assert {task_id: [found.operator.task_id for found in args] for task_id, args in given.items()} == {
        SUPPRESS: [UPLOADS, RATES],
        LOAD: [SUPPRESS],
        "reconcile": [SUPPRESS],
    }
