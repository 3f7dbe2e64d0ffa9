"""The command that erases a person, where it is asked for nothing that can be done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def erase(directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.erase", "--dir", str(directory)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "C360_PROJECT"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nobody_is_no_person(tmp_path: Path) -> None:
    done = erase(tmp_path, PERSON=" ")
    assert done.returncode == 2
    assert "say who: PERSON=customer_unique_id" in done.stdout


def test_without_a_sandbox_the_remedy_is_named_and_the_person_is_not(tmp_path: Path) -> None:
    done = erase(tmp_path, PERSON="abad1dea")
    assert done.returncode == 1
    assert "make demo KEEP=1" in done.stdout
    assert "abad1dea" not in done.stdout + done.stderr


def test_make_asks_for_a_person() -> None:
    command = ["make", "--no-print-directory", "--dry-run", "erase"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "say who" in done.stderr


def test_make_hands_the_person_on_beside_the_command_line() -> None:
    command = ["make", "--no-print-directory", "--dry-run", "erase", "PERSON=abad1dea", "ON=cluster"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split() == [
        ".venv/bin/python",
        "-m",
        "scripts.erase",
        "--on",
        "cluster",
    ]
