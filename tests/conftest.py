"""Fixtures for every test: real emulators, empty ones that modules share or a copy of the baseline, and settings."""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from customer360.settings import LAYERS, Settings, from_environment
from customer360.storage import Bucket
from customer360.warehouse import Warehouse
from scripts.lint_sql.analyzer import provide as provide_analyzer
from scripts.sandbox import Sandbox, running_sandbox
from tests.baseline import Baseline, BaselineError, environment, provide
from tests.module_costs import pytest_runtest_protocol

__all__ = ["pytest_runtest_protocol"]  # a hook

# Two or three sandboxes share two cores, and a test's tables are small.
os.environ.setdefault("SANDBOX_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take long, so that the short ones fill the end of each process.

    On the cluster they come last: an undisturbed run is looked at before others are disturbed. GitOps takes the
    cluster over, so it comes after all else. C360_TEST_ORDER=number puts the other modules in an order of that number.
    """
    order = os.environ.get("C360_TEST_ORDER", "")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    baseline = {item.path for item in items if item.get_closest_marker("baseline")}
    cluster = {item.path for item in items if item.get_closest_marker("cluster")}

    def place(item: pytest.Item) -> tuple[object, ...]:
        path = item.path
        if order and path not in cluster:
            return False, random.Random(f"{order} {path}").random()  # noqa: S311 - not for secrets
        is_gitops = path.parent.name == "gitops" and path in cluster
        return path in cluster, (path in slow) == (path in cluster), is_gitops, path not in baseline

    items.sort(key=place)


@pytest.fixture(autouse=True)
def dbt_as_new() -> Iterator[None]:
    """Each start of dbt adds the adapter's flags to one list, and walks pytest's deep stack for each in it."""
    yield
    if adapters := sys.modules.get("dbt.adapters.base.impl"):
        flags = adapters.DEFAULT_BASE_BEHAVIOR_FLAGS
        flags[:] = {flag["name"]: flag for flag in flags}.values()


@pytest.fixture(scope="session")
def baseline(request: pytest.FixtureRequest) -> Baseline:
    """What one whole run leaves. Where it cannot be built, the session ends at its first test that needs it."""
    try:
        return provide()
    except BaselineError as error:
        request.session.shouldfail = str(error)
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def empty_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The emulators, on free ports and without data, for all modules that do not start from the baseline."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as place:
        yield place


@pytest.fixture(scope="module")
def sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The emulators: on a copy of the baseline for a module that is marked so, else the empty ones."""
    if request.node.get_closest_marker("baseline"):
        with request.getfixturevalue("baseline").copy(tmp_path_factory.mktemp("sandbox")) as place:
            yield place
        return
    place = request.getfixturevalue("empty_sandbox")
    with environment(place.environment()):
        yield place


@pytest.fixture(scope="session")
def analyzer() -> Path:
    """Google's SQL analyzer. The first build takes minutes; `make test` begins it beside the tests."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("the SQL analyzer needs Go, which is not installed")
    return provide_analyzer(go)


@pytest.fixture(scope="module")
def settings(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings with datasets of the test module's own, which go with it: the emulator slows with every table."""
    if request.node.get_closest_marker("baseline"):
        yield from_environment()  # the copy is the module's own
        return
    prefix = "olist_ci_" + re.sub(r"\W", "_", request.module.__name__.rpartition(".")[2]).removeprefix(
        "test_"
    )
    found = from_environment({**os.environ, **sandbox.environment(), "C360_DATASET_PREFIX": prefix})
    yield found
    client = Warehouse.connect(found).client
    for dataset in client.list_datasets():
        if dataset.dataset_id.startswith(f"{prefix}_"):
            client.delete_dataset(dataset.dataset_id, delete_contents=True, not_found_ok=True)


@pytest.fixture(scope="module")
def warehouse(settings: Settings) -> Warehouse:
    """The warehouse, with every layer's dataset there."""
    found = Warehouse.connect(settings)
    for layer in LAYERS:
        found.create_dataset(settings.dataset(layer))
    return found


@pytest.fixture(scope="module")
def bucket(settings: Settings) -> Bucket:
    """The raw bucket."""
    return Bucket.connect(settings)


@pytest.fixture
def storage_fault(sandbox: Sandbox) -> Iterator[str]:
    """Address to plant faults of Cloud Storage at; they are gone after the test."""
    yield f"{sandbox.storage_url}/_fault"
    requests.post(f"{sandbox.storage_url}/_fault", json={"mode": "none"}, timeout=5)


@pytest.fixture
def rates_fault(sandbox: Sandbox) -> Iterator[str]:
    """Address to plant faults of the rates API at; they are gone after the test."""
    yield f"{sandbox.rates_url}/_fault"
    requests.post(f"{sandbox.rates_url}/_fault", json={"mode": "none"}, timeout=5)


@pytest.fixture
def run_id(request: pytest.FixtureRequest) -> str:
    """A run of the test's own."""
    return f"{re.sub(r'\W', '-', request.node.name)[:40]}-{uuid4().hex[:8]}"


@pytest.fixture
def sellers(tmp_path: Path) -> Path:
    """A folder with a small, well-formed file of sellers."""
    lines = ['"seller_id","seller_zip_code_prefix","seller_city","seller_state"']
    lines += [f's{number:031d},"{number:05d}",campinas,SP' for number in range(1, 501)]
    (tmp_path / "olist_sellers_dataset.csv").write_text("\n".join(lines) + "\n")
    return tmp_path
