"""Whether continuous integration was green. GitHub's answers are played: it cannot be asked from here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.gitops import GitOpsError
from scripts.gitops.ci import require_green
from tests.web import serving

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def github(monkeypatch: pytest.MonkeyPatch, *runs: tuple[str, str | None, str]) -> Iterator[None]:
    """GitHub with workflow runs of COMMIT: (file, conclusion, status), the oldest first."""
    entries = [
        {
            "path": f".github/workflows/{file}",
            "conclusion": conclusion,
            "status": status,
            "run_number": number,
        }
        for number, (file, conclusion, status) in enumerate(runs)
    ]
    path = f"/repos/example/customer-360/actions/runs?head_sha={COMMIT}&per_page=100"
    with serving({path: json.dumps({"workflow_runs": entries[::-1]}).encode()}) as url:
        monkeypatch.setenv("GITHUB_API_URL", url)
        monkeypatch.setenv("GITHUB_REPOSITORY", "example/customer-360")
        yield


def test_a_commit_is_green_when_its_release_succeeded(monkeypatch: pytest.MonkeyPatch) -> None:
    with github(monkeypatch, ("docs.yml", "failure", "completed"), ("release.yml", "success", "completed")):
        assert require_green(COMMIT) == "green: release.yml"


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (("release.yml", "failure", "completed"), "was failure"),
        (("release.yml", None, "in_progress"), "was in_progress"),
        (("docs.yml", "success", "completed"), "was not run"),
    ],
)
def test_a_workflow_that_did_not_succeed_is_named(
    monkeypatch: pytest.MonkeyPatch, run: tuple[str, str | None, str], said: str
) -> None:
    with github(monkeypatch, run), pytest.raises(GitOpsError, match=rf"release\.yml of 0123456789ab {said}"):
        require_green(COMMIT)


def test_the_last_run_of_a_workflow_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [("release.yml", "success", "completed"), ("release.yml", "failure", "completed")]
    with (
        github(monkeypatch, *runs),
        pytest.raises(GitOpsError, match=r"release\.yml of 0123456789ab was failure"),
    ):
        require_green(COMMIT)


def test_an_answer_that_is_none_is_not_taken_for_green(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/customer-360")
    with serving({}) as url:
        monkeypatch.setenv("GITHUB_API_URL", url)
        with pytest.raises(GitOpsError, match="GitHub does not say"):
            require_green(COMMIT)
