"""One change is one commit on the remote, and nothing here moves."""

from __future__ import annotations

import pytest

from scripts.gitops import GitOpsError
from tests.scripts.gitops.fleet import Fleet

PATH = "charts/gitops/clusters/production/version.yaml"


def test_a_change_is_one_commit_of_one_file(fleet: Fleet) -> None:
    before = fleet.remote_commits()

    assert fleet.checkout.push_change(PATH, "new\n", "Change it", "main")

    assert fleet.remote_commits() == before + 1
    assert fleet.git("diff", "--name-only", "FETCH_HEAD~1", "FETCH_HEAD") == PATH


def test_the_files_here_stay_as_they_are(fleet: Fleet) -> None:
    fleet.checkout.push_change(PATH, "new\n", "Change it", "main")

    assert fleet.git("status", "--porcelain") == ""
    assert fleet.git("rev-parse", "HEAD") == fleet.second


def test_a_main_branch_that_moved_on_is_not_overwritten(fleet: Fleet) -> None:
    fleet.git("push", "--quiet", "origin", f"{fleet.first}:refs/heads/other")
    moved = fleet.git("commit-tree", f"{fleet.second}^{{tree}}", "-p", fleet.second, "-m", "Meanwhile")
    fleet.git("push", "--quiet", "origin", f"{moved}:main")
    fleet.git("update-ref", "refs/remotes/origin/main", fleet.second)

    assert not fleet.checkout.push_change(PATH, "new\n", "Change it", "main")

    assert fleet.git("ls-remote", "origin", "refs/heads/main").split()[0] == moved


def test_files_that_differ_from_their_commit_are_named(fleet: Fleet) -> None:
    (fleet.checkout.folder / "left.txt").touch()

    with pytest.raises(GitOpsError, match=r"commit or stash.*\n.*left\.txt"):
        fleet.checkout.require_clean()


def test_a_commit_that_is_not_here_is_named(fleet: Fleet) -> None:
    with pytest.raises(GitOpsError, match="no commit ffffffffffff here"):
        fleet.checkout.commit("ffffffffffff")
