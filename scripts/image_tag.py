"""The tag of our images: the commit, and a digest of what was changed since, so that a tag never moves."""

from __future__ import annotations

import tempfile
from pathlib import Path

from scripts.commands import run

REPOSITORY = Path(__file__).resolve().parents[1]
# What an image is made of.
CONTENT = (
    "dags",
    "dbt",
    "images",
    "requirements",
    "scripts/__init__.py",
    "scripts/lib",
    "scripts/memory.py",
    "scripts/sandbox",
)
DIGITS = 12


def image_tag() -> str:
    """`COMMIT`, or `COMMIT-DIGEST` when the content of the images differs from it. Raises CommandError."""
    head = run("git", "rev-parse", f"--short={DIGITS}", "HEAD", cwd=REPOSITORY).strip()
    if not run("git", "status", "--porcelain", "--", *CONTENT, cwd=REPOSITORY).strip():
        return head
    with tempfile.TemporaryDirectory() as folder:
        # An index of its own, so that nothing is staged by this.
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        run("git", "read-tree", "HEAD", cwd=REPOSITORY, env=index)
        run("git", "add", "--all", "--", *CONTENT, cwd=REPOSITORY, env=index)
        return f"{head}-{run('git', 'write-tree', cwd=REPOSITORY, env=index).strip()[:DIGITS]}"
