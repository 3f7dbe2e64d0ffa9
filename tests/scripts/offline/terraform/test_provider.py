"""The provider that is built here, under the real Terraform: a good configuration passes, mistakes are refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.offline.terraform import mirror
from scripts.terraform import program

EXAMPLE = Path(__file__).parent / "example"

pytestmark = [pytest.mark.terraform, pytest.mark.slow]


@dataclass(frozen=True)
class Workspace:
    """A folder in which the example is initialised."""

    program: Path
    folder: Path
    environment: Mapping[str, str]

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments], cwd=self.folder, env=self.environment, text=True, capture_output=True,
            check=False,
        )  # fmt: skip

    def validate(self, configuration: str) -> list[str]:
        """The errors that `terraform validate` has about a configuration."""
        (self.folder / "main.tf").write_text(configuration)
        found = json.loads(self.terraform("validate", "-json").stdout)
        return [problem["summary"] for problem in found["diagnostics"] if problem["severity"] == "error"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("terraform") / "example")
    # Every command reads the whole schema; without the garbage collector that takes two thirds of the time.
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(mirror.provide()), "GOGC": "off"}
    place = Workspace(program.provide().path, folder, environment)
    initialised = place.terraform("init", "-input=false")
    assert initialised.returncode == 0, initialised.stderr
    return place


@pytest.fixture
def example(workspace: Workspace) -> str:
    """The good configuration, which is in the workspace again after a mistake."""
    good = (EXAMPLE / "main.tf").read_text()
    (workspace.folder / "main.tf").write_text(good)
    return good


@pytest.fixture(scope="module")
def plan(workspace: Workspace) -> dict[str, Any]:
    """The example's plan as Terraform shows it."""
    shutil.copy(EXAMPLE / "main.tf", workspace.folder)
    planned = workspace.terraform("plan", "-input=false", "-out=plan")
    assert planned.returncode == 0, planned.stderr
    found: dict[str, Any] = json.loads(workspace.terraform("show", "-json", "plan").stdout)
    return found


@pytest.fixture(scope="module")
def schema(workspace: Workspace) -> dict[str, Any]:
    """The schema as Terraform shows it: {"provider", "resource_schemas", "data_source_schemas"}."""
    shutil.copy(EXAMPLE / "main.tf", workspace.folder)
    shown = json.loads(workspace.terraform("providers", "schema", "-json").stdout)
    found: dict[str, Any] = shown["provider_schemas"]["registry.terraform.io/hashicorp/google"]
    return found


def change(plan: dict[str, Any], address: str) -> dict[str, Any]:
    """What a plan does to a resource: {"after", "after_unknown", "after_sensitive", ...}."""
    found: dict[str, Any] = next(
        entry["change"] for entry in plan["resource_changes"] if entry["address"] == address
    )
    return found


def test_every_resource_of_the_real_provider_is_there(schema: dict[str, Any]) -> None:
    assert (len(schema["resource_schemas"]), len(schema["data_source_schemas"])) == (1375, 471)


@pytest.mark.parametrize(
    ("resource", "attribute", "expected"),
    [
        ("google_storage_bucket", "name", {"type": "string", "required": True}),
        ("google_storage_bucket", "labels", {"type": ["map", "string"], "optional": True}),
        ("google_storage_bucket", "self_link", {"type": "string", "computed": True}),
        ("google_storage_bucket", "project", {"type": "string", "optional": True, "computed": True}),
        ("google_storage_bucket_iam_binding", "members", {"type": ["set", "string"], "required": True}),
        ("google_container_cluster", "initial_node_count", {"type": "number", "optional": True}),
        ("google_sql_user", "password", {"type": "string", "optional": True, "sensitive": True}),
        ("google_secret_manager_secret_version", "secret_data_wo", {"optional": True, "write_only": True}),
    ],
)
def test_an_attribute_is_that_of_the_real_provider(
    schema: dict[str, Any], resource: str, attribute: str, expected: dict[str, Any]
) -> None:
    found = schema["resource_schemas"][resource]["block"]["attributes"][attribute]
    assert {**found, **expected} == found
    assert {"required", "optional", "computed", "sensitive"} & found.keys() <= expected.keys()


@pytest.mark.parametrize(
    ("resource", "block", "expected"),
    [
        ("google_secret_manager_secret", "replication", ("list", 1, 1)),
        ("google_storage_bucket", "lifecycle_rule", ("list", None, None)),
        ("google_storage_bucket", "versioning", ("list", None, 1)),
        ("google_bigquery_dataset", "access", ("set", None, None)),
        ("google_container_cluster", "timeouts", ("single", None, None)),
    ],
)
def test_a_block_is_that_of_the_real_provider(
    schema: dict[str, Any], resource: str, block: str, expected: tuple[str, int | None, int | None]
) -> None:
    found = schema["resource_schemas"][resource]["block"]["block_types"][block]
    assert (found["nesting_mode"], found.get("min_items"), found.get("max_items")) == expected


def test_the_example_is_valid(workspace: Workspace, example: str) -> None:
    assert workspace.validate(example) == []


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        pytest.param(
            "uniform_bucket_level_access =", "uniform_bucket_access =", "Unsupported argument",
            id="a misspelt argument",
        ),
        pytest.param('dataset_id = "marts"', "", "Missing required argument", id="a missing argument"),
        pytest.param('type = "Delete"', "", "Missing required argument", id="a missing argument of a block"),
        pytest.param(
            "replication {\n    auto {}\n  }", "", "Insufficient replication blocks", id="a missing block"
        ),
        pytest.param("autoscaling {", "auto_scaling {", "Unsupported block type", id="a misspelt block"),
        pytest.param(
            "workload_identity_config {", "workload_identity_config {}\n  workload_identity_config {",
            "Too many workload_identity_config blocks", id="a single block twice",
        ),
        pytest.param(
            "autoscaling {\n    max_node_count = 3\n  }", "autoscaling = { max_node_count = 3 }",
            "Unsupported argument", id="a block written as an argument",
        ),
        pytest.param(
            'format        = "DOCKER"', "format {}", "Unsupported block type", id="an argument written as a block"
        ),
        pytest.param("age = 90", 'age = "ninety"', "Incorrect attribute value type", id="a word for a number"),
        pytest.param(
            'account_id   = "loader"', 'account_id = "loader"\n  unique_id = "1"',
            "Value for unconfigurable attribute", id="a value that the service decides",
        ),
        pytest.param(
            "initial_node_count       = 1", 'private_cluster_config {\n    public_endpoint = "1.1.1.1"\n  }',
            "Value for unconfigurable attribute", id="a value in a block that the service decides",
        ),
        pytest.param(
            'format        = "DOCKER"', 'format = "DOCKER"\n  mode = "PROXY"',
            'expected mode to be one of ["STANDARD_REPOSITORY" "VIRTUAL_REPOSITORY" "REMOTE_REPOSITORY"], got PROXY',
            id="a value outside an enumeration",
        ),
        pytest.param(
            'resource "google_bigquery_dataset"', 'resource "google_bigquery_datasets"', "Invalid resource type",
            id="an unknown resource",
        ),
        pytest.param(
            'data "google_project" "this" {}', 'data "google_projekt" "this" {}', "Invalid data source",
            id="an unknown data source",
        ),
        pytest.param(
            "google_service_account.loader.member", "google_service_account.loader.mail", "Unsupported attribute",
            id="a reference to an unknown attribute",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_refused(
    workspace: Workspace, example: str, right: str, wrong: str, message: str
) -> None:
    assert example.count(right) == 1
    assert message in workspace.validate(example.replace(right, wrong))


def test_a_plan_knows_a_service_account_s_member(plan: dict[str, Any]) -> None:
    member = change(plan, "google_storage_bucket_iam_member.loader")["after"]["member"]
    assert member == "serviceAccount:loader@shop-test.iam.gserviceaccount.com"


def test_a_plan_does_not_know_what_the_service_decides(plan: dict[str, Any]) -> None:
    unknown = change(plan, "google_service_account.loader")["after_unknown"]
    assert {name for name, is_unknown in unknown.items() if is_unknown} >= {"id", "name", "unique_id"}


def test_a_plan_takes_the_project_of_the_provider(plan: dict[str, Any]) -> None:
    assert change(plan, "google_bigquery_dataset.marts")["after"]["project"] == "shop-test"


def test_a_plan_holds_defaults_that_are_stated(plan: dict[str, Any]) -> None:
    assert change(plan, "google_bigquery_dataset.marts")["after"]["delete_contents_on_destroy"] is None
    assert (
        change(plan, "google_artifact_registry_repository.images")["after"]["mode"] == "STANDARD_REPOSITORY"
    )


def test_a_block_that_the_service_fills_in_is_unknown_when_it_is_absent(plan: dict[str, Any]) -> None:
    found = change(plan, "google_container_cluster.this")
    assert found["after_unknown"]["release_channel"] is True
    assert found["after"]["workload_identity_config"] == [{"workload_pool": "shop-test.svc.id.goog"}]


def test_a_secret_is_not_printed(plan: dict[str, Any]) -> None:
    assert change(plan, "google_secret_manager_secret_version.salt")["after_sensitive"]["secret_data"] is True


def test_a_data_source_answers_in_a_plan(plan: dict[str, Any]) -> None:
    assert plan["planned_values"]["outputs"]["project_number"]["value"] == "123456789012"


@pytest.mark.usefixtures("plan")
def test_nothing_is_applied(workspace: Workspace) -> None:
    applied = workspace.terraform("apply", "-input=false", "-no-color", "plan")
    words = " ".join(applied.stderr.replace("\u2502", "").split())
    assert applied.returncode == 1
    assert "it knows the schema alone and applies nothing" in words
