"""Whether continuous integration was green for a commit, as GitHub tells."""

from __future__ import annotations

import os

import requests

from scripts.gitops import GitOpsError
from scripts.images import sources

# On the main branch it runs all the others, and staging has what it released.
WORKFLOWS = ("release.yml",)
TIMEOUT_SECONDS = 30


def require_green(commit: str) -> str:
    """One line that says what was green. Raises GitOpsError unless every workflow's last run of a commit was.

    Settings are those that GitHub gives its workflows: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN.
    """
    outcomes = _last_runs(commit)
    for workflow in WORKFLOWS:
        outcome = outcomes.get(workflow, "not run")
        if outcome != "success":
            raise GitOpsError(
                f"{workflow} of {commit[:12]} was {outcome}, not success: run it again or fix it"
            )
    return f"green: {', '.join(WORKFLOWS)}"


def _last_runs(commit: str) -> dict[str, str]:
    """How the last run of each workflow for a commit ended; one under way has not ended."""
    api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    repository = (
        os.environ.get("GITHUB_REPOSITORY") or sources.address().partition("://")[2].partition("/")[2]
    )
    token = os.environ.get("GITHUB_TOKEN")
    if not repository:
        raise GitOpsError("which repository ran the workflows? Set GITHUB_REPOSITORY to OWNER/NAME")
    try:
        answer = requests.get(
            f"{api}/repos/{repository}/actions/runs",
            params={"head_sha": commit, "per_page": "100"},
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        runs = answer.json()["workflow_runs"]
    except (requests.RequestException, ValueError, KeyError) as error:
        raise GitOpsError(
            f"GitHub does not say how {commit[:12]} did ({type(error).__name__}): try again, or set GITHUB_TOKEN"
        ) from error
    found: dict[str, str] = {}
    for entry in sorted(runs, key=lambda entry: int(entry["run_number"])):
        found[entry["path"].rpartition("/")[2]] = entry["conclusion"] or entry["status"]
    return found
