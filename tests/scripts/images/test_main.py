"""The command: which images it builds, and when it fails."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scripts.commands import CommandError
from scripts.images import __main__ as module
from scripts.images.builder import Built
from scripts.images.catalogue import Image, reference


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Full names of the images that the command asks for; each is as large as it may be."""
    names: list[str] = []

    def build(image: Image, repository: str, tag: str, _arguments: Mapping[str, str]) -> Built:
        names.append(reference(repository, image.name, tag))
        return Built(names[-1], image.target_mb, 7, 1.0)

    monkeypatch.setattr(module, "build", build)
    monkeypatch.setattr(module, "push", lambda built: names.append(f"push {built.reference}"))
    monkeypatch.setattr(module, "image_tag", lambda: "0123456789ab")
    return names


def test_every_image_is_built_for_the_cluster_s_registry_and_named_by_the_commit(asked: list[str]) -> None:
    assert module.main(["build"]) == 0
    assert asked == [
        f"localhost:5001/customer-360/{name}:0123456789ab" for name in ("airflow", "dbt", "sandbox")
    ]


def test_one_image_can_be_built_alone_and_pushed(asked: list[str]) -> None:
    assert module.main(["build", "--only", "dbt", "--repository", "r", "--tag", "t", "--push"]) == 0
    assert asked == ["r/dbt:t", "push r/dbt:t"]


def test_an_image_that_is_too_large_fails(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IMAGES", (Image("dbt", 450),))
    monkeypatch.setattr(module, "build", lambda *_: Built("r/dbt:t", 451, 7, 1.0))
    assert module.main(["build"]) == 1
    assert asked == []


def test_a_failed_build_shows_the_end_of_its_log(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> Built:
        raise CommandError("docker build failed (all of it: build/images/dbt.log):\nno space left")

    monkeypatch.setattr(module, "build", fail)
    assert module.main(["build", "--only", "dbt"]) == 1
    assert "no space left" in capsys.readouterr().out
    assert asked == []
