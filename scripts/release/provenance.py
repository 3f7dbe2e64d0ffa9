"""Where an image comes from, as SLSA's provenance says it: the commit, and the workflow that built it."""

from __future__ import annotations

import os
from typing import Any

from scripts.commands import run
from scripts.images import sources

BUILD_TYPE = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"
# No builder vouches for an image that a person pushed.
BY_HAND = "urn:customer-360:by-hand"


def provenance() -> dict[str, Any]:
    """The predicate, of type https://slsa.dev/provenance/v1. Raises CommandError."""
    source, commit = sources.address(), run("git", "rev-parse", "HEAD").strip()
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {"workflow": _workflow(source)},
            "resolvedDependencies": [{"uri": f"git+{source}", "digest": {"gitCommit": commit}}],
        },
        "runDetails": {"builder": {"id": _builder()}, "metadata": {"invocationId": _invocation()}},
    }


def _workflow(source: str) -> dict[str, str]:
    # OWNER/NAME/.github/workflows/release.yml@refs/heads/main
    place, _, ref = os.environ.get("GITHUB_WORKFLOW_REF", "").partition("@")
    return {"repository": source, "path": "/".join(place.split("/")[2:]), "ref": ref}


def _builder() -> str:
    workflow = os.environ.get("GITHUB_WORKFLOW_REF")
    return f"{os.environ['GITHUB_SERVER_URL']}/{workflow}" if workflow else BY_HAND


def _invocation() -> str:
    run_id, attempt = os.environ.get("GITHUB_RUN_ID"), os.environ.get("GITHUB_RUN_ATTEMPT")
    return f"{sources.address()}/actions/runs/{run_id}/attempts/{attempt}" if run_id else ""
