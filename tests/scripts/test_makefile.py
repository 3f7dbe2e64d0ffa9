"""The Makefile names verbs; what they do is in scripts/."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
RULE = re.compile(r"^([a-z][a-z0-9-]*):.*\n((?:\t.*\n)*)", re.MULTILINE)
RECIPES = {name: recipe.splitlines() for name, recipe in RULE.findall(MAKEFILE)}


def make(*arguments: str) -> str:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_help_is_the_default_and_lists_every_target_in_order() -> None:
    assert [line.split()[0] for line in make().splitlines()] == list(RECIPES)


def test_help_stands_first_and_the_verbs_follow_in_the_order_of_use() -> None:
    order = ["help", "setup", "demo", "up", "run", "ui", "status", "logs", "down"]
    assert list(RECIPES)[: len(order)] == order


def test_the_descriptions_are_aligned() -> None:
    starts = {re.search(r"(?<=\s)\S", line[4:]).start() for line in make("help").splitlines()}  # type: ignore[union-attr]
    assert len(starts) == 1


def test_every_target_is_phony() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert set(phony.split()) == set(RECIPES)


@pytest.mark.parametrize("target", RECIPES)
def test_a_recipe_is_one_line(target: str) -> None:
    assert len(RECIPES[target]) == 1


@pytest.mark.parametrize("target", [name for name in RECIPES if name != "help"])
def test_a_recipe_calls_a_script_that_is_there(target: str) -> None:
    (line,) = RECIPES[target]
    if module := re.search(r"python -m ([a-z_.]+)", line):
        folder = ROOT / module[1].replace(".", "/")
        assert (folder / "__main__.py").exists() or folder.with_suffix(".py").exists()
    else:
        script = ROOT / line.removeprefix("\t@").split()[0]
        assert script.stat().st_mode & 0o111, f"{script.name} is not executable"


def test_the_arguments_of_the_demo_reach_its_command_line() -> None:
    line = make("--dry-run", "demo", "SOURCE=/tmp/my files", "ORDERS=5", "SEED=7", "KEEP=1").splitlines()[-1]
    assert line.endswith('scripts.demo --source "/tmp/my files" --orders 5 --seed 7 --keep')
