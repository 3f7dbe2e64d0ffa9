"""What docker is asked to build with, and what is remembered of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.images import builder
from scripts.images.builder import Built, build_command, last_built, remember
from scripts.images.catalogue import IMAGES, Image, reference

ROOT = Path(__file__).parents[3]
DBT = Image("dbt", 450)


def test_the_machine_s_certificates_go_in_as_a_secret(tmp_path: Path) -> None:
    certificates = tmp_path / "ca.crt"
    certificates.touch()
    command = build_command(DBT, "r/dbt:1", {}, certificates)
    assert command[command.index("--secret") + 1] == f"id=ca,src={certificates}"


def test_without_certificates_there_is_no_secret(tmp_path: Path) -> None:
    assert "--secret" not in build_command(DBT, "r/dbt:1", {}, tmp_path / "absent")


def test_an_image_is_built_from_its_own_dockerfile_in_the_whole_repository(tmp_path: Path) -> None:
    command = build_command(DBT, "r/dbt:1", {"COMMIT": "abc"}, tmp_path / "absent")
    assert command == [
        *("build", "--build-arg", "COMMIT=abc", "--file", f"{ROOT}/images/dbt/Dockerfile"),
        *("--tag", "r/dbt:1", str(ROOT)),
    ]


def test_an_image_s_full_name_has_one_slash_behind_the_repository() -> None:
    assert reference("localhost:5001/customer-360/", "dbt", "abc") == "localhost:5001/customer-360/dbt:abc"


def test_the_last_build_of_each_image_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "BUILT", tmp_path / "built.json")
    remember(DBT, Built("r/dbt:1", 1, 1, 1.0))
    remember(Image("airflow", 1), Built("r/airflow:1", 1, 1, 1.0))
    remember(DBT, Built("r/dbt:2", 1, 1, 1.0))
    assert {name: found["reference"] for name, found in last_built().items()} == {
        "dbt": "r/dbt:2",
        "airflow": "r/airflow:1",
    }


def test_before_the_first_build_nothing_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "BUILT", tmp_path / "absent.json")
    assert last_built() == {}


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_every_image_begins_with_the_same_layer(image: Image) -> None:
    first = (ROOT / "images/dbt/Dockerfile").read_text().split("\nFROM ")[1]
    assert (ROOT / image.dockerfile).read_text().split("\nFROM ")[1] == first


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_a_build_sees_nothing_but_what_its_dockerfile_names(image: Image) -> None:
    lines = (ROOT / f"{image.dockerfile}.dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
