"""`make test` runs the tests in two environments on one baseline, and each of the three can fail it.

The script is the real one; the interpreters are stand-ins that record how they were called.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN, DAG = ".venv", ".venv-airflow"
STAND_IN = """#!/bin/bash
echo "{venv} $*" >> calls
echo "{venv} says $*"
[[ "{venv} $*" != *"$FAILING"* || -z "$FAILING" ]]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    for module in ("run_tests.py", "module_costs.py"):
        shutil.copy(ROOT / "scripts" / module, tmp_path / "scripts")
    browser = tmp_path / "scripts" / "chromium.sh"
    browser.write_text("#!/bin/bash\n")
    browser.chmod(0o755)
    for venv in (MAIN, DAG):
        python = tmp_path / venv / "bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(STAND_IN.format(venv=venv))
        python.chmod(0o755)
    return tmp_path


def run(checkout: Path, *arguments: str, failing: str = "") -> tuple[int, list[str], str]:
    """Exit code, which environments ran with which arguments, and what was printed."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.run_tests", *arguments],
        cwd=checkout,
        env={"FAILING": failing, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (checkout / "calls").read_text().splitlines(), done.stdout


@pytest.mark.parametrize(
    ("failing", "code"),
    [("", 0), (f"{MAIN} -m pytest", 1), (f"{DAG} -m pytest", 1), ("scripts.cluster tools", 1)],
)
def test_both_environments_run_and_either_can_fail_the_tests(checkout: Path, failing: str, code: int) -> None:
    found, called, said = run(checkout, failing=failing)
    assert found == code
    assert f"{MAIN} -m tests.baseline" in called
    assert f"{DAG} -m pytest tests/dags/airflow" in called
    assert any(call.startswith(f"{MAIN} -m pytest --numprocesses 2") for call in called)
    assert f"{DAG} says -m pytest tests/dags/airflow" in said
    assert "CPU seconds in all" in said


def test_without_a_baseline_no_other_test_of_the_steps_runs(checkout: Path) -> None:
    code, called, _said = run(checkout, failing="tests.baseline")
    assert code == 1
    assert not any(call.startswith(f"{MAIN} -m pytest") for call in called)


@pytest.mark.parametrize("arguments", [("-k", "upload"), ("tests/dags/test_runs.py",)])
def test_a_part_of_the_tests_runs_where_the_steps_are(checkout: Path, arguments: tuple[str, ...]) -> None:
    assert run(checkout, *arguments)[:2] == (0, [f"{MAIN} -m pytest {' '.join(arguments)}"])


def test_a_part_of_the_dags_tests_runs_where_airflow_is(checkout: Path) -> None:
    place = "tests/dags/airflow/test_pods.py"
    assert run(checkout, place, "-q")[:2] == (0, [f"{DAG} -m pytest {place} -q"])


def test_a_part_that_fails_is_told(checkout: Path) -> None:
    assert run(checkout, "-k", "upload", failing=MAIN)[0] == 1
