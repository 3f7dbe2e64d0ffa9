"""The command against the emulator: main is the baseline, and pull requests change a copy of the project."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from google.cloud import bigquery

from customer360.settings import LAYERS
from scripts.contracts.projects import ProjectError, invoke, parsed
from scripts.dbt_ci.__main__ import main
from scripts.dbt_ci.state import missing_tables
from scripts.sandbox import Sandbox
from tests.baseline import PREFIX, environment
from tests.checkout import ROOT, Checkout

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline, pytest.mark.slow]

DELIVERY = ("--orders", "120", "--seed", "7")
CUSTOMERS = "models/marts/core/dim_customers.sql"
NEIGHBOURS = ("olist_marts", "olist_ci_71_marts", "olist_ci_121_marts", "olist_ci_12")
BUILT = ("model", "seed", "snapshot", "test")

Ci = Callable[..., str]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="module")
def ci(sandbox: Sandbox, repository: Checkout) -> Ci:
    """Function that runs the command and gives what it printed; it fails the test at another exit code than `code`."""

    def run(command: str, name: str, *arguments: str, code: int = 0, where: Sandbox = sandbox) -> str:
        said = StringIO()
        with environment(where.environment()), redirect_stdout(said):
            found = main([command, name, "--root", str(repository.root), *arguments])
        assert found == code, said.getvalue()
        return said.getvalue()

    return run


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> bigquery.Client:
    from google.auth.credentials import AnonymousCredentials

    return bigquery.Client(
        sandbox.environment()["C360_PROJECT"],
        AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": sandbox.bigquery_url},
    )


@pytest.fixture(scope="module")
def state(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with main's manifest, as the workflow keeps it from main's last build."""
    folder = tmp_path_factory.mktemp("state")
    with environment(sandbox.environment() | {"C360_DATASET_PREFIX": PREFIX}):
        parsed(ROOT / "dbt", "ci", folder)
    return folder


@pytest.fixture(scope="module")
def standing(client: bigquery.Client) -> dict[str, Any]:
    """What main holds, which is the baseline, and neighbours; no test changes it."""
    for dataset in NEIGHBOURS:
        client.create_dataset(dataset, exists_ok=True)
        client.query(f"create or replace table {dataset}.dim_customers as select 'theirs' as owner").result()
    return contents(client)


@pytest.fixture
def checkout(repository: Checkout) -> Checkout:
    """The repository as main is."""
    repository.reset()
    return repository


def datasets(client: bigquery.Client, start: str) -> set[str]:
    return {entry.dataset_id for entry in client.list_datasets() if entry.dataset_id.startswith(start)}


def tables(client: bigquery.Client, name: str) -> dict[str, set[str]]:
    """Tables of a pull request by layer."""
    return {
        layer: {entry.table_id for entry in client.list_tables(f"olist_ci_{name}_{layer}")}
        for layer in LAYERS
    }


def contents(client: bigquery.Client) -> dict[str, Any]:
    """Everything that stands in main's datasets and in the neighbours: when it was changed, and the rows."""
    found: dict[str, Any] = {}
    for dataset in sorted(datasets(client, "olist_ci_main_") | set(NEIGHBOURS)):
        for entry in client.list_tables(dataset):
            table = client.get_table(entry.reference)
            rows = [] if entry.table_type == "VIEW" else sorted(map(repr, client.list_rows(table)))
            found[f"{dataset}.{entry.table_id}"] = (table.modified, table.view_query, rows)
    return found


@pytest.fixture(scope="module")
def pull_request(ci: Ci, repository: Checkout, state: Path, standing: dict[str, Any]) -> str:
    """A build that changes one model; what it said."""
    assert standing  # looked at before
    repository.reset()
    repository.replace(CUSTOMERS, "select * from final", "select * from final where true")
    return ci("build", "7", "--state", str(state), "--keep", *DELIVERY)


def test_a_build_has_only_what_was_modified_and_its_children(
    pull_request: str, client: bigquery.Client
) -> None:
    built = tables(client, "7")
    assert len(built.pop("raw")) == 11
    assert built.pop("keys") == {"hash_keys"}
    assert built.pop("marts") == {"dim_customers", "customer_360", "customer_segment_history"}
    assert built.pop("restricted") == {"customer_contacts"}
    assert set().union(*built.values()) == set()
    assert "dbt build: 4 models" in pull_request


@pytest.mark.usefixtures("pull_request")
def test_a_build_touches_nobody_elses_datasets(client: bigquery.Client, standing: dict[str, Any]) -> None:
    assert contents(client) == standing


@pytest.mark.usefixtures("pull_request")
def test_whatever_is_written_there_expires_and_says_whose_it_is(
    client: bigquery.Client, repository: Checkout
) -> None:
    own = [client.get_dataset(name) for name in datasets(client, "olist_ci_7_")]
    assert {dataset.dataset_id for dataset in own} == {f"olist_ci_7_{layer}" for layer in LAYERS}
    day = timedelta(days=1) / timedelta(milliseconds=1)
    assert {dataset.default_table_expiration_ms for dataset in own} == {day}
    commit = repository.git("rev-parse", "--short=12", "HEAD")
    assert {(dataset.labels["pr"], dataset.labels["commit"]) for dataset in own} == {("7", commit)}
    table = client.get_table("olist_ci_7_marts.dim_customers")
    assert timedelta(hours=23) < table.expires - table.created <= timedelta(days=1)


def test_a_drop_removes_all_of_them_and_only_them_and_a_second_one_nothing(
    ci: Ci, client: bigquery.Client, standing: dict[str, Any]
) -> None:
    for layer in (*LAYERS, "left_by_another_version"):
        client.create_dataset(f"olist_ci_12_{layer}", exists_ok=True)

    ci("drop", "12")

    assert datasets(client, "olist_ci_12_") == set()
    assert contents(client) == standing
    assert "nothing" in ci("drop", "12")


def test_a_build_leaves_nothing_behind_when_a_test_fails(
    state: Path, ci: Ci, client: bigquery.Client, checkout: Checkout
) -> None:
    checkout.write("tests/never.sql", "select 1 as broken\n")
    assert "never: " in ci("build", "9", "--state", str(state), *DELIVERY, code=1)
    assert datasets(client, "olist_ci_9_") == set()


def test_personal_data_in_an_open_mart_ends_the_build_with_3(
    state: Path, ci: Ci, client: bigquery.Client, checkout: Checkout
) -> None:
    checkout.write("models/marts/core/leaky.sql", 'select email from {{ source("raw", "customer_pii") }}\n')
    contract = "columns: [{name: email, data_type: string}]"
    checkout.write("models/marts/core/leaky.yml", f"models: [{{name: leaky, {contract}}}]\n")
    assert "leaky.email" in ci("build", "10", "--state", str(state), *DELIVERY, code=3)
    assert datasets(client, "olist_ci_10_") == set()


def test_a_pull_request_that_changes_nothing_of_dbt_builds_nothing(
    state: Path, ci: Ci, client: bigquery.Client, checkout: Checkout
) -> None:
    del state, checkout
    assert "Nothing to build" in ci("build", "11", "--base", "main", *DELIVERY)
    assert datasets(client, "olist_ci_11_") == set()


def test_the_manifest_of_mains_last_run_serves_instead_of_a_commit(
    state: Path, ci: Ci, checkout: Checkout
) -> None:
    del checkout
    assert "Nothing to build" in ci("build", "11", "--state", str(state), *DELIVERY)


def test_tables_that_main_lacks_are_named(client: bigquery.Client, tmp_path: Path) -> None:
    node = '{"resource_type": "model", "schema": "olist_ci_main_marts", "alias": "never_built"}'
    (tmp_path / "manifest.json").write_text(f'{{"nodes": {{"model.c.never_built": {node}}}}}')
    assert missing_tables(client, tmp_path) == ["olist_ci_main_marts.never_built"]


def test_dbt_refuses_to_write_productions_datasets_with_the_target_of_ci(
    sandbox: Sandbox, client: bigquery.Client, standing: dict[str, Any], tmp_path: Path
) -> None:
    there = datasets(client, "")
    with (
        environment(sandbox.environment() | {"C360_DATASET_PREFIX": "olist"}),
        pytest.raises(ProjectError, match=r"target ci writes olist_ci_<id>_\* only, not 'olist_\*'"),
    ):
        invoke(("build",), ROOT / "dbt", "ci", tmp_path)
    assert contents(client) == standing
    assert datasets(client, "") == there


@pytest.mark.qa
def test_main_is_built_whole_and_every_unit_test_and_data_test_passes(
    ci: Ci, empty_sandbox: Sandbox, repository: Checkout
) -> None:
    repository.reset()
    assert "dbt build: " in ci("build", "main", *DELIVERY, where=empty_sandbox)
    built = repository.root / "build" / "dbt-ci" / "main"
    results = json.loads((built / "run_results.json").read_text())["results"]
    assert {result["status"] for result in results} <= {"success", "pass", "warn"}
    kinds = Counter(result["unique_id"].partition(".")[0] for result in results)
    manifest = json.loads((built / "manifest.json").read_text())
    nodes = Counter(node.partition(".")[0] for node in manifest["nodes"])
    assert {kind: kinds[kind] for kind in BUILT} == {kind: nodes[kind] for kind in BUILT}
    assert kinds["unit_test"] == len(manifest["unit_tests"])
    assert "Nothing to build" in ci("build", "11", "--state", str(built), *DELIVERY, where=empty_sandbox)
