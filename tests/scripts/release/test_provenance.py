"""Where an image is said to come from: the commit always, the workflow where one built it."""

from __future__ import annotations

import pytest

from scripts.commands import run
from scripts.release import provenance as module


@pytest.fixture(autouse=True)
def source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.images.sources.address", lambda: "https://github.com/acme/c360")
    for name in ("GITHUB_WORKFLOW_REF", "GITHUB_RUN_ID"):
        monkeypatch.delenv(name, raising=False)


def test_the_commit_is_the_one_that_is_checked_out() -> None:
    (dependency,) = module.provenance()["buildDefinition"]["resolvedDependencies"]
    assert dependency == {
        "uri": "git+https://github.com/acme/c360",
        "digest": {"gitCommit": run("git", "rev-parse", "HEAD").strip()},
    }


def test_a_workflow_is_named_with_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_WORKFLOW_REF", "acme/c360/.github/workflows/release.yml@refs/heads/main")
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    monkeypatch.setenv("GITHUB_RUN_ATTEMPT", "2")
    found = module.provenance()
    assert found["buildDefinition"]["externalParameters"]["workflow"] == {
        "repository": "https://github.com/acme/c360",
        "path": ".github/workflows/release.yml",
        "ref": "refs/heads/main",
    }
    assert found["runDetails"] == {
        "builder": {"id": "https://github.com/acme/c360/.github/workflows/release.yml@refs/heads/main"},
        "metadata": {"invocationId": "https://github.com/acme/c360/actions/runs/7/attempts/2"},
    }


def test_what_a_person_pushes_is_vouched_for_by_no_builder() -> None:
    assert module.provenance()["runDetails"]["builder"]["id"] == module.BY_HAND
