"""An environment planned and applied against its state: the real Terraform, with a file as state and no cloud."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from scripts.commands import CommandError
from scripts.terraform import TerraformError, __main__, cloud, program, registry
from scripts.terraform.cloud import Cloud

pytestmark = pytest.mark.terraform

CONFIGURATION = """
terraform {
  backend "local" {}
}
variable "word" { type = string }
resource "terraform_data" "this" { input = var.word }
"""


@pytest.fixture
def place(tmp_path: Path) -> Cloud:
    """Staging, found, with nothing applied."""
    environments = tmp_path / "terraform/environments"
    environments.mkdir(parents=True)
    (environments.parent / "main.tf").write_text(CONFIGURATION)
    (environments / "staging.gcs.tfbackend").write_text(f'path = "{tmp_path}/state"\n')
    say(tmp_path, "hello")
    found = Cloud("staging", program.provide().path, tmp_path / "terraform", tmp_path / "build")
    found.init()
    return found


def say(folder: Path, word: str) -> None:
    (folder / "terraform/environments/staging.tfvars").write_text(f'word = "{word}"\n')


def test_a_plan_is_saved_and_shown_and_changes_nothing(place: Cloud, tmp_path: Path) -> None:
    assert place.plan() is True
    assert "1 to add, 0 to change, 0 to destroy" in place.shown()
    assert not (tmp_path / "state").exists()


def test_what_was_planned_is_what_is_applied(place: Cloud, tmp_path: Path) -> None:
    place.plan(lock=True)
    say(tmp_path, "changed since")
    place.apply()
    assert '"value": "hello"' in (tmp_path / "state").read_text()


def test_what_is_applied_is_no_difference_any_more(place: Cloud) -> None:
    place.plan()
    place.apply()
    assert place.plan() is False


def test_a_configuration_that_says_otherwise_is_a_difference(place: Cloud, tmp_path: Path) -> None:
    place.plan()
    place.apply()
    say(tmp_path, "bye")
    assert place.plan() is True


def test_a_plan_that_fails_says_what_terraform_said(place: Cloud, tmp_path: Path) -> None:
    (tmp_path / "terraform/environments/staging.tfvars").write_text("")
    with pytest.raises(CommandError, match=r"plan of staging failed:(?s:.*)No value for required variable"):
        place.plan()


def test_nothing_of_a_plan_is_left_in_the_configuration_s_folder(place: Cloud, tmp_path: Path) -> None:
    place.plan()
    assert {path.name for path in (tmp_path / "terraform").iterdir()} == {"main.tf", "environments"}


def test_a_plan_with_a_grant_outside_the_table_is_not_applied(
    place: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "connect", lambda _environment: place)
    monkeypatch.setattr(place, "grants", lambda: ["not in the table: somebody"])
    assert __main__.apply(argparse.Namespace(environment="staging")) == ["not in the table: somebody"]
    assert not (tmp_path / "state").exists()


def test_drift_is_a_problem_with_the_difference(place: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "connect", lambda _environment: place)
    shown, advice = __main__.drift(argparse.Namespace(environment="staging"))
    assert 'resource "terraform_data" "this"' in shown
    assert advice.startswith("terraform: staging differs")


def test_without_the_registry_s_providers_no_cloud_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "choose", lambda: "offline")
    with pytest.raises(TerraformError, match=r"reaches no cloud; `make tf-test` plans without one"):
        cloud.connect("staging")
