"""What a dbt pod that cannot build does, as a process: its exit code, and the end of its log.

tests/dags/airflow/test_run.py builds every layer with such pods.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from customer360.settings import dbt_environment
from customer360.steps.transform import main
from scripts.sandbox import Sandbox
from tests.baseline import PREFIX, Baseline

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline, pytest.mark.slow]

ROOT = Path(__file__).parents[3]


def test_wrong_settings_are_named_with_an_exit_code_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("C360_PROJECT", raising=False)
    assert main(["staging"]) == 2
    assert "C360_PROJECT is not set" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["gold"], ["staging", "--refresh"]])
def test_wrong_arguments_are_refused_with_the_same_exit_code(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


class Pod:
    """Runs the module in a process that knows what a pod knows, but for the hash keys."""

    def __init__(self, sandbox: Sandbox, target: Path):
        known = sandbox.environment() | {"C360_DATASET_PREFIX": PREFIX}
        self._environment = dbt_environment(known) | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "dags"),
            "C360_DBT_DIR": str(ROOT / "dbt"),
            "C360_DBT_TARGET_PATH": str(target),
        }

    def run(self, layer: str, **changed: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "customer360.steps.transform", layer]
        environment = self._environment | changed
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def pod(sandbox: Sandbox, baseline: Baseline, tmp_path_factory: pytest.TempPathFactory) -> Pod:
    """A pod after a run."""
    return Pod(sandbox, baseline.dbt_target(tmp_path_factory.mktemp("target")))


def test_without_the_keys_nothing_is_built_and_the_remedy_is_named(pod: Pod) -> None:
    done = pod.run("intermediate")
    assert (done.returncode, done.stdout) == (2, "")
    assert "set C360_HASH_KEY and C360_CONTACT_KEY" in done.stderr.splitlines()[-1]


def test_a_failure_ends_the_log_with_what_failed(pod: Pod) -> None:
    done = pod.run("staging", C360_DATASET_PREFIX="olist_ci_nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    told = done.stderr[done.stderr.rindex("dbt source failed") :]
    assert "orders" in told
    assert len(told.splitlines()) == 12  # each of the 11 raw tables
