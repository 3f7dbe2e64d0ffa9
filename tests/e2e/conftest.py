"""Fixtures of the tests against the real cluster; what it was like when one failed is written to build/e2e/."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from customer360.dbt_session import DbtSession
from customer360.settings import from_environment
from scripts.cluster import ClusterError
from scripts.cluster.kind import kubectl
from scripts.cluster.run import DAG
from scripts.cluster.secrets import AIRFLOW, SANDBOX, read
from scripts.cluster.status import connect
from scripts.commands import CommandError
from scripts.demo.pipeline import Pipeline, Run
from scripts.generate import generate
from scripts.marts import Contents, contents
from scripts.sandbox import running_sandbox
from tests.e2e.place import Place, Pod, client, landed

ORDERS = 1000
SEED = 41
EVIDENCE = Path("build/e2e")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep what the cluster looked like at the moment of a failure."""
    report = yield
    if call.excinfo is not None:
        EVIDENCE.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", item.name)
        (EVIDENCE / f"{name}.txt").write_text(_state())
    return report


def _state() -> str:
    parts = []
    for namespace in (AIRFLOW, SANDBOX):
        for what in (["get", "pods", "--output", "wide"], ["get", "events"], ["describe", "pods"]):
            with suppress(CommandError):
                parts.append(kubectl(*what, "--namespace", namespace))
    return "\n\n".join(parts)


@pytest.fixture(scope="session")
def place() -> Place:
    """The running cluster."""
    try:
        found = Place(connect())
    except (ClusterError, CommandError) as error:
        pytest.fail(f"these tests need the cluster, `make up`: {error}", pytrace=False)
    found.airflow.unpause(DAG)
    return found


@pytest.fixture(scope="session")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated delivery on this machine."""
    folder = tmp_path_factory.mktemp("delivery") / "files"
    generate(folder, ORDERS, SEED)
    return folder


@dataclass(frozen=True)
class Done:
    """A run that ended, the pods it had, and what the marts held then."""

    run_id: str
    state: str
    pods: list[Pod]
    marts: Contents


@pytest.fixture(scope="session")
def done(place: Place, delivery: Path) -> Done:
    """An undisturbed run of the delivery."""
    # What failed runs left to be looked at is not this run's.
    kubectl("delete", "pods", "--namespace", AIRFLOW, "--selector", "dag_id")
    run_id = place.trigger(landed(delivery), full_refresh=True)
    state, seen = place.finish_watched(run_id)
    return Done(run_id, state, list(seen.values()), place.marts())


@pytest.fixture(scope="session")
def sandbox_marts(place: Place, delivery: Path, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What the same delivery gives in the sandbox, hashed with the cluster's own keys."""
    keys = read(AIRFLOW, "hash-keys")
    folder = tmp_path_factory.mktemp("e2e-sandbox")
    before = dict(os.environ)
    try:
        with running_sandbox(folder) as sandbox:
            os.environ.update(sandbox.environment())
            os.environ["C360_HASH_KEY"] = keys["hash-key"]
            os.environ["C360_CONTACT_KEY"] = keys["contact-key"]
            settings = from_environment()
            pipeline = Pipeline(settings, Run("e2e", place.day.isoformat()))
            pipeline.create_datasets()
            target = folder / "target"
            with DbtSession(settings.dbt_directory, settings.dbt_target, target, target / "dbt.out") as dbt:
                pipeline.execute(str(delivery), dbt)
            return contents(client(sandbox.bigquery_url))
    finally:
        os.environ.clear()
        os.environ.update(before)
