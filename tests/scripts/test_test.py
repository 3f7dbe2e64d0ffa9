"""`make test` runs the tests in two environments, and either of them can fail it.

The script is the real one; the interpreters are stand-ins that record how they were called.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN, DAG = ".venv", ".venv-airflow"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/test.sh", tmp_path / "scripts")
    for venv in (MAIN, DAG):
        python = tmp_path / venv / "bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/bash\necho "{venv} $*"\n[ "$FAILING" != "{venv}" ]\n')
        python.chmod(0o755)
    return tmp_path


def run(checkout: Path, *arguments: str, failing: str = "") -> tuple[int, list[str]]:
    """Exit code, and which environments ran with which arguments."""
    command = [str(checkout / "scripts/test.sh"), *arguments]
    done = subprocess.run(
        command,
        env={"FAILING": failing, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(("failing", "code"), [("", 0), (MAIN, 1), (DAG, 1)])
def test_both_environments_run_and_either_can_fail_the_tests(checkout: Path, failing: str, code: int) -> None:
    found, called = run(checkout, failing=failing)
    assert found == code
    assert [line.split()[0] for line in called] == [MAIN, MAIN, DAG]
    assert called[0] == f"{MAIN} -m scripts.cluster tools"
    assert called[2] == f"{DAG} -m pytest tests/dags/airflow"


@pytest.mark.parametrize("arguments", [("-k", "upload"), ("tests/dags/test_runs.py",)])
def test_a_part_of_the_tests_runs_where_the_steps_are(checkout: Path, arguments: tuple[str, ...]) -> None:
    assert run(checkout, *arguments) == (0, [f"{MAIN} -m pytest {' '.join(arguments)}"])


def test_a_part_of_the_dags_tests_runs_where_airflow_is(checkout: Path) -> None:
    place = "tests/dags/airflow/test_pods.py"
    assert run(checkout, place, "-q") == (0, [f"{DAG} -m pytest {place} -q"])


def test_a_part_that_fails_is_told(checkout: Path) -> None:
    assert run(checkout, "-k", "upload", failing=MAIN)[0] == 1
