"""What an environment runs is one line of one file."""

from __future__ import annotations

import pytest
import yaml

from scripts.gitops import ENVIRONMENTS, GitOpsError, versions
from tests.scripts.gitops.fleet import ROOT, Fleet


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_version_file_of_an_environment_changes_in_one_line(environment: str) -> None:
    before = (ROOT / versions.path(environment)).read_text()

    after = versions.write(before, "0123456789ab")

    changed = [
        pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if len(set(pair)) == 2
    ]
    assert len(changed) == 1
    assert versions.read(after) == "0123456789ab"


def test_a_commit_that_looks_like_a_number_stays_text() -> None:
    text = versions.write((ROOT / versions.path("staging")).read_text(), "012345678901")

    assert yaml.safe_load(text)["spec"]["ref"]["tag"] == "012345678901"


def test_a_file_that_names_no_release_is_refused() -> None:
    with pytest.raises(GitOpsError, match="this one 0"):
        versions.read("spec: {}\n")


def test_an_environment_ran_before_what_its_file_said_before(fleet: Fleet) -> None:
    fleet.runs("production", fleet.first)
    fleet.runs("production", fleet.second)

    assert versions.previous(fleet.checkout, "production") == versions.tag_of(fleet.first)


def test_an_environment_with_one_release_has_nothing_to_go_back_to(fleet: Fleet) -> None:
    fleet.runs("production", fleet.first)

    with pytest.raises(GitOpsError, match="never ran another release"):
        versions.previous(fleet.checkout, "production")
