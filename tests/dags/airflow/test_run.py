"""The Dag run for real: Airflow runs its tasks against the emulators, each dbt pod as a process that knows no more.

A pod's process gets the pod's own variables, and what Secret `hash-keys` would hold for a reference to it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.models.xcom import XComModel
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk.exceptions import AirflowFailException
from airflow.utils.db import initdb
from airflow.utils.session import create_session

from customer360 import alerts
from customer360.catalogue import files_delivered, sources
from customer360.settings import Settings
from customer360.steps.erase import ask
from customer360.storage import Bucket
from customer360.warehouse import Warehouse
from scripts.generate import generate
from scripts.sandbox import Sandbox
from tests.baseline import Baseline
from tests.dags.airflow.conftest import ROOT, parse
from tests.dags.airflow.pods_of import BUILDS

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline, pytest.mark.slow]

ORDERS = 60
SECRETS = {"hash-key": "C360_HASH_KEY", "contact-key": "C360_CONTACT_KEY"}


@dataclass
class Cluster:
    """Stands in for Kubernetes: runs what a pod would run, and keeps what it was asked for."""

    sandbox: Sandbox
    target: Path
    arguments: list[list[str]] = field(default_factory=list)
    labels: list[dict[str, str]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)

    def launch(self, operator: Any) -> None:
        """Run a dbt pod to its end. Raises AirflowFailException with the end of its log when it fails."""
        secrets = {key: self.sandbox.environment()[name] for key, name in SECRETS.items()}
        environment = {
            variable.name: secrets[variable.value_from.secret_key_ref.key]
            if variable.value_from
            else variable.value
            for variable in operator.env_vars
        }
        image = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "dags"),
            "C360_DBT_DIR": str(ROOT / "dbt"),
            "C360_DBT_TARGET_PATH": str(self.target),
        }
        command = [str(ROOT / ".venv/bin/python"), "-m", "customer360.steps.transform", *operator.arguments]
        done = subprocess.run(command, env=environment | image, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AirflowFailException(done.stderr[-2000:])
        [line] = done.stdout.splitlines()
        self.outcomes.append(json.loads(line))
        self.record(operator)

    def record(self, operator: Any) -> None:
        """Keep what a dbt pod was asked for."""
        self.arguments.append(operator.arguments)
        self.labels.append(operator.labels)


@pytest.fixture(scope="module")
def cluster(
    sandbox: Sandbox, baseline: Baseline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Airflow's database, the tables of an earlier delivery, and the stand-in in the operator's place."""
    initdb()
    made = Cluster(sandbox, baseline.dbt_target(tmp_path_factory.mktemp("target")))
    with pytest.MonkeyPatch.context() as patch:
        for name in SECRETS.values():
            patch.delenv(name)
        patch.setattr(KubernetesPodOperator, "execute", lambda operator, context: made.launch(operator))  # noqa: ARG005
        yield made


@pytest.fixture(scope="module")
def good_run(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run over a small delivery."""
    assert cluster.outcomes == []
    delivery = tmp_path_factory.mktemp("delivery")
    generate(delivery, ORDERS, 7)
    return run(delivery)


def run(delivery: Path) -> Any:
    """Run the Dag over a delivery."""
    return finished(parse(), source_uri=str(delivery))


def finished(dag: Any, **conf: Any) -> Any:
    """Run a Dag; a task that is tried again does not wait for it long."""
    for task in dag.tasks:
        options = task.partial_kwargs if task.is_mapped else vars(task)
        options["retry_delay"] = timedelta(seconds=1)
    return dag.test(run_conf=conf)


def states(run: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for instance in run.get_task_instances():
        found.setdefault(instance.task_id, set()).add(str(instance.state))
    return found


def test_every_task_succeeds_at_its_first_try(good_run: Any) -> None:
    assert set().union(*states(good_run).values()) == {"success"}
    assert {instance.try_number for instance in good_run.get_task_instances()} == {1}


def test_an_upload_is_shown_by_its_table(good_run: Any) -> None:
    shown = [
        instance.rendered_map_index
        for instance in good_run.get_task_instances()
        if instance.task_id == "uploads.upload"
    ]
    assert sorted(shown) == sorted(source.table for source in files_delivered())


@pytest.mark.usefixtures("good_run")
def test_the_layers_are_built_in_order_and_every_test_passes(cluster: Cluster) -> None:
    assert cluster.arguments == [[task_id.removeprefix("dbt."), "--no-full-refresh"] for task_id in BUILDS]
    assert [outcome["layer"] for outcome in cluster.outcomes] == [layer for [layer, _] in cluster.arguments]
    assert all(outcome["failed"] == 0 < outcome["passed"] for outcome in cluster.outcomes)
    assert all(outcome["models"] > 0 for outcome in cluster.outcomes)


@pytest.mark.usefixtures("good_run")
def test_all_orders_arrive_in_the_customer_360(warehouse: Warehouse, settings: Settings) -> None:
    marts = settings.dataset("marts")
    [row] = warehouse.rows(f"select sum(order_count) as n from {marts}.customer_360")
    assert row["n"] == ORDERS


@pytest.mark.usefixtures("good_run")
def test_the_jobs_of_the_warehouse_carry_the_name_that_the_pods_carry(
    cluster: Cluster, warehouse: Warehouse
) -> None:
    [run] = {labels["run"] for labels in cluster.labels}
    loads = [job for job in warehouse.client.list_jobs(max_results=1000) if job.labels.get("run_id") == run]
    assert {job.labels["table"] for job in loads if "table" in job.labels} == {s.table for s in sources()}


def test_a_delivery_without_files_fails_every_upload_at_its_first_try_and_tells_each(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched, told = len(cluster.outcomes), list[dict[str, Any]]()
    monkeypatch.setattr(alerts, "alert", lambda _url, facts: told.append(facts))
    assert states(run(tmp_path)) == {
        "exchange_rates.fetch": {"failed"},
        "uploads.upload": {"failed"},
        **{
            task_id: {"upstream_failed"}
            for task_id in ("raw_load.suppress", "raw_load.load", *BUILDS, "reconcile")
        },
    }
    assert [(facts["error"], facts["try"]) for facts in told] == [("BadFileError", 1)] * 11
    assert {facts["map_index"] for facts in told} == set(range(-1, 10))
    assert len(cluster.outcomes) == launched


def messages(run: Any) -> str:
    """Everything that the tasks of a run told each other, and what the run was told."""
    with create_session() as session:
        found = [entry.value for entry in session.query(XComModel).filter_by(run_id=run.run_id)]
        return f"{run.conf} {found}"


@pytest.mark.usefixtures("good_run")
def test_a_person_is_erased_after_the_run_that_had_the_turn_and_a_second_time_nothing_is_done(
    cluster: Cluster,
    warehouse: Warehouse,
    settings: Settings,
    bucket: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What the pods then build is looked at in tests/dags/steps/test_erase.py.
    monkeypatch.setattr(cluster, "launch", cluster.record)
    customers = f"{settings.dataset('raw')}.customers"
    [row] = warehouse.rows(f"select min(customer_unique_id) as person, count(*) as n from {customers}")
    launched = len(cluster.arguments)
    first, second = (
        finished(parse("erase_person"), request=ask(bucket, row["person"], "a test")) for _ in range(2)
    )
    assert set().union(*states(first).values()) == {"success"}
    assert set().union(*states(second).values()) == {"skipped"}
    assert cluster.arguments[launched:] == [
        [task_id.removeprefix("dbt."), "--no-freshness"] for task_id in BUILDS
    ]
    left = warehouse.rows(f"select min(customer_unique_id) as person, count(*) as n from {customers}")
    assert left[0]["person"] != row["person"]
    assert left[0]["n"] == row["n"]
    assert row["person"] not in messages(first) + messages(second)
    assert "order_items" in messages(first)
