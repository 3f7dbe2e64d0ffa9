"""What a pull request is told of its plans; gh is a stand-in that keeps what it was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.terraform import comment

PLAN = "Terraform will perform the following actions:\n\nPlan: 1 to add, 0 to change, 2 to destroy.\n"


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what gh was called with, and what it read."""
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" >{tmp_path}/called\ncat >{tmp_path}/read\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return tmp_path


def test_the_heading_says_how_much_changes(tmp_path: Path) -> None:
    text = comment.write("staging", PLAN, tmp_path).read_text()
    assert text.startswith("### Terraform, staging: Plan: 1 to add, 0 to change, 2 to destroy.\n")


@pytest.mark.parametrize(
    ("plan", "heading"),
    [
        ("No changes. Your infrastructure matches the configuration.\n", "No changes. Your"),
        ("Changes to Outputs:\n", "outputs alone change"),
    ],
)
def test_a_plan_without_changes_is_called_so(tmp_path: Path, plan: str, heading: str) -> None:
    assert f"staging: {heading}" in comment.write("staging", plan, tmp_path).read_text()


def test_both_plans_are_one_comment_that_replaces_the_last(gh: Path, tmp_path: Path) -> None:
    for environment in ("staging", "production"):
        comment.write(environment, PLAN, tmp_path)
    comment.publish(7, tmp_path)
    assert (gh / "called").read_text() == "pr comment 7 --edit-last --create-if-none --body-file -\n"
    assert (gh / "read").read_text().count("### Terraform, ") == 2


def test_long_plans_are_cut_to_what_github_takes(gh: Path, tmp_path: Path) -> None:
    for environment in ("staging", "production"):
        comment.write(environment, PLAN + "x" * 100_000, tmp_path)
    comment.publish(7, tmp_path)
    body = (gh / "read").read_text()
    assert comment.CUT in body
    assert len(body) < 65_536


def test_without_a_plan_nothing_is_said_in_the_pull_request(gh: Path, tmp_path: Path) -> None:
    assert "a pull request from a fork gets none" in comment.publish(7, tmp_path)
    assert not (gh / "called").exists()
