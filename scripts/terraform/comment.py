"""The plans of a pull request, as one comment of it."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.commands import run

SUMMARY = re.compile(r"^(Plan: .*|No changes\..*)$", re.MULTILINE)
# GitHub refuses a comment of 65,536 characters.
LONGEST = 30_000
CUT = "\n... the rest is in the log"
# A fork's pull request is given no identity to plan with.
NONE = "terraform: no plan to tell of; a pull request from a fork gets none until a maintainer brings its branch here"


def write(environment: str, plan: str, folder: Path) -> Path:
    """Keep what `terraform show` printed of a plan, as a section of the comment."""
    summary = SUMMARY.search(plan)
    text = plan.strip() if len(plan) <= LONGEST else plan.strip()[:LONGEST] + CUT
    file = folder / f"{environment}.md"
    file.write_text(
        f"### Terraform, {environment}: {summary[1] if summary else 'outputs alone change'}\n\n"
        f"<details><summary>the plan</summary>\n\n````\n{text}\n````\n\n</details>\n"
    )
    return file


def publish(pull_request: int, folder: Path) -> str:
    """Put the sections into the pull request, in place of those of its last push. Raises CommandError."""
    sections = sorted(folder.glob("*.md"))
    if not sections:
        return NONE
    body = "\n".join(file.read_text() for file in sections)
    command = (
        "gh",
        "pr",
        "comment",
        str(pull_request),
        "--edit-last",
        "--create-if-none",
        "--body-file",
        "-",
    )
    return run(*command, text=body).strip()
