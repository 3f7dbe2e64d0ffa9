"""The runbooks' commands do on a real cluster what they say: each block that needs one is run as it stands."""

from __future__ import annotations

import csv
import json
import os
import re
import secrets as random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from customer360.settings import from_environment
from customer360.steps.erase import ask
from customer360.storage import Bucket
from scripts.cluster import programs
from scripts.cluster.forward import forwarded
from scripts.cluster.kind import REGISTRY_PORT, kubeconfig, kubectl, landing
from scripts.cluster.run import DAG
from scripts.cluster.secrets import AIRFLOW, SANDBOX, put, read
from scripts.erase.cluster import DAG as ERASURES
from scripts.erase.cluster import environment
from scripts.generate import generate
from scripts.marts import Contents
from tests.e2e.conftest import Done
from tests.e2e.place import RUN_SECONDS, Place, client, landed, pods, wait_for
from tests.e2e.serving import airflow_release, serving_image
from tests.runbooks import Block, blocks

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

BLOCKS = [block for block in blocks() if block.kind == "sh cluster"]
LOOK = re.compile(
    r"kubectl -n customer-360 (get|describe|logs) |"
    r".* -- airflow (dags (list-runs|details)|pools list|tasks states-for-dag-run) "
)
LOOKS = [block for block in BLOCKS if all(LOOK.match(command) for command in block.commands)]
# Of a time of its own, as a cluster that was tested before has the other runs.
DAY = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%S+00:00}"
# A delivery whose persons are in no other one: one of them is erased for good.
ORDERS, SEED = 300, 42
STUCK = "runbooks-stuck"


def the(runbook: str, text: str) -> Block:
    """The one block of a runbook that holds a text."""
    [found] = [block for block in BLOCKS if block.runbook == runbook and text in block.text]
    return found


BACKFILL = the("backfill-a-range", "dags trigger")
PAUSE = the("restore-from-backup", "dags pause")
CLEAR = the("restore-from-backup", "tasks clear")
ERASE = the("erase-a-person", "make erase")
ERASE_BY_NAME = the("erase-a-person", "dags trigger")
ROTATE = the("rotate-the-hash-key", "dags trigger")
DELETE_POD = the("pod-pending", "delete pod")
RESTART = the("scheduler-heartbeat-lost", "rollout restart")
RESTARTED = the("scheduler-heartbeat-lost", "rollout status")
CHANGES = (BACKFILL, PAUSE, CLEAR, ERASE, ERASE_BY_NAME, ROTATE, DELETE_POD, RESTART, RESTARTED)


def perform(block: Block, **names: str) -> str:
    """Run a block on the cluster, with values for the names in it; what it printed."""
    path = f"{programs.path('kubectl').parent}{os.pathsep}{os.environ['PATH']}"
    return block.run({"PATH": path, "KUBECONFIG": str(kubeconfig()), **names})


def started_by(place: Place, dag: str, block: Block, **names: str) -> str:
    """The run that a block starts."""
    before = set(place.airflow.runs(dag))
    perform(block, **names)
    [run_id] = set(place.airflow.runs(dag)) - before
    return run_id


def test_every_command_is_run_here() -> None:
    asked = {command for block in BLOCKS for command in block.commands}
    assert asked == {command for block in (*LOOKS, *CHANGES) for command in block.commands}


@dataclass(frozen=True)
class Backfilled:
    """A run of a delivery for a day of the past."""

    folder: Path
    run_id: str
    state: str

    @property
    def persons(self) -> set[str]:
        """Everybody in the delivery."""
        with (self.folder / "olist_customers_dataset.csv").open(encoding="utf-8-sig") as file:
            return {row["customer_unique_id"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def backfilled(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Backfilled:
    folder = tmp_path_factory.mktemp("backfill") / "files"
    generate(folder, ORDERS, SEED)
    run_id = started_by(place, DAG, BACKFILL, DATE=DAY, SOURCE_URI=landed(folder))
    return Backfilled(folder, run_id, place.finish(run_id))


def test_a_day_is_backfilled_from_its_own_delivery(backfilled: Backfilled) -> None:
    with forwarded(SANDBOX, "bigquery", 9050) as url:
        rows = list(client(url).query("select count(*) as n from olist_raw.orders").result())
    assert (backfilled.state, rows[0]["n"]) == ("success", ORDERS)


@pytest.fixture(scope="module")
def stuck_pod() -> Iterator[str]:
    """A pod that never starts, as its image is not there."""
    container = {
        "name": "base",
        "image": f"localhost:{REGISTRY_PORT}/customer-360/absent:none",
        "resources": {"limits": {"memory": "16Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": STUCK, "namespace": AIRFLOW, "labels": {"app": STUCK}},
        "spec": {
            "automountServiceAccountToken": False,
            "containers": [container],
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 50000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        },
    }
    kubectl("delete", "pod", STUCK, "--namespace", AIRFLOW, "--ignore-not-found")
    kubectl("create", "--filename", "-", text=json.dumps(manifest))
    wait_for(lambda: "Failed" in kubectl("get", "events", "--namespace", AIRFLOW), 120)
    yield STUCK
    kubectl("delete", "pod", STUCK, "--namespace", AIRFLOW, "--ignore-not-found")


@pytest.mark.parametrize("block", LOOKS, ids=lambda block: block.runbook)
def test_a_look_shows_something(block: Block, backfilled: Backfilled, stuck_pod: str) -> None:
    said = perform(block, RUN_ID=backfilled.run_id, POD=stuck_pod, DATE=DAY)
    if "$RUN_ID" in block.text:
        assert "dbt.marts" in said
    elif "$POD" in block.text:
        assert "absent" in said
    elif "list-runs" in block.text and "failed" not in block.text:
        assert backfilled.run_id in said
    else:
        assert said.strip()


def test_a_pod_that_nobody_wants_is_deleted(stuck_pod: str) -> None:
    perform(DELETE_POD, POD=stuck_pod)
    assert pods(f"app={stuck_pod}") == []


def test_cleared_tasks_of_dbt_build_the_marts_again_and_no_other_task_runs(
    place: Place, backfilled: Backfilled
) -> None:
    before = {task.key: task.start for task in place.tasks(backfilled.run_id)}
    perform(PAUSE)
    perform(CLEAR, DATE=DAY)
    wait_for(lambda: place.airflow.run_state(DAG, backfilled.run_id) != "success", 60)
    assert place.finish(backfilled.run_id) == "success"
    again = {task.key for task in place.tasks(backfilled.run_id) if task.start != before[task.key]}
    assert again == {"dbt.staging", "dbt.intermediate", "dbt.marts"}


def tables_that_name(person: str) -> list[str]:
    """Tables of the raw layer in which a person is."""
    with forwarded(SANDBOX, "bigquery", 9050) as url:
        warehouse = client(url)
        found = [
            f"olist_raw.{table.table_id}"
            for table in warehouse.list_tables("olist_raw")
            for row in warehouse.query(
                f"select to_json_string(r) as line from olist_raw.{table.table_id} as r"
            )
            if person in row["line"]
        ]
    return sorted(set(found))


def persons_there() -> set[str]:
    """Everybody in the raw layer; who was erased stands there under another id."""
    with forwarded(SANDBOX, "bigquery", 9050) as url:
        rows = client(url).query("select distinct customer_unique_id as person from olist_raw.customers")
        return {row["person"] for row in rows}


@pytest.fixture(scope="module")
def erased(backfilled: Backfilled) -> str:
    """A person erased by the command of the runbook. Persons whom earlier tests erased are not chosen again."""
    person = min(backfilled.persons & persons_there())
    assert tables_that_name(person) != []
    perform(ERASE, PERSON=person)
    return person


def test_an_erased_person_is_in_no_raw_table(erased: str) -> None:
    assert tables_that_name(erased) == []


def test_who_was_erased_before_is_not_erased_again(
    place: Place, erased: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with forwarded(SANDBOX, "storage", 4443) as url:
        for name, value in environment(url).items():
            monkeypatch.setenv(name, value)
        request = ask(Bucket.connect(from_environment()), erased, "tests")
    run_id = started_by(place, ERASURES, ERASE_BY_NAME, REQUEST=request)
    wait_for(lambda: place.airflow.run_state(ERASURES, run_id) in ("success", "failed"), RUN_SECONDS)
    assert place.airflow.run_state(ERASURES, run_id) == "success"
    states = {task.task_id: task.state for task in place.airflow.tasks(ERASURES, run_id)}
    assert states["erase"] == "skipped"


@pytest.fixture
def other_keys(place: Place) -> Iterator[str]:
    """A second version of the hash keys, released; afterwards the first, to which the next run rotates back."""
    tag = serving_image().rpartition(":")[2]
    before = read(AIRFLOW, "hash-keys")
    put(AIRFLOW, "hash-keys", {name: random.token_hex(32) for name in before})
    try:
        airflow_release(tag).install("--set-string", "customer360.environment.C360_HASH_KEY_VERSION=2")
        yield "2"
    finally:
        put(AIRFLOW, "hash-keys", before)
        airflow_release(tag).provide()
    assert place.airflow.has_dag(DAG)


@pytest.fixture
def usual_delivery(delivery: Path) -> Iterator[None]:
    """The delivery where a run looks that is told of none."""
    landed(delivery)  # takes away what else is there
    copies = [landing() / path.name for path in delivery.iterdir()]
    for copy in copies:
        shutil.copyfile(delivery / copy.name, copy)
        copy.chmod(0o644)
    yield
    for copy in copies:
        copy.unlink()


def persons(marts: Contents) -> list[dict[str, object]]:
    """Rows of dim_customers."""
    return [json.loads(line) for line in marts["olist_marts.dim_customers"]]


@pytest.mark.usefixtures("usual_delivery")
def test_a_run_with_other_keys_replaces_every_hash_and_loses_no_row(
    place: Place, done: Done, other_keys: str
) -> None:
    assert place.finish(started_by(place, DAG, ROTATE)) == "success"
    marts = place.marts()
    old, new = persons(done.marts), persons(marts)
    assert {row["key_version"] for row in new} == {other_keys}
    assert {row["email_hash"] for row in old} & {row["email_hash"] for row in new} <= {None}
    assert {name: len(rows) for name, rows in marts.items()} == {
        name: len(rows) for name, rows in done.marts.items()
    }


def schedulers() -> set[str]:
    """Pods of the scheduler that are not on their way out, as those of a release before may be."""
    return {
        pod["metadata"]["uid"]
        for pod in pods("component=scheduler")
        if "deletionTimestamp" not in pod["metadata"]
    }


def test_the_scheduler_comes_back_from_a_restart(place: Place) -> None:
    before = schedulers()
    perform(RESTART)
    perform(RESTARTED)
    assert schedulers()
    assert schedulers().isdisjoint(before)
    assert place.airflow.has_dag(DAG)
