"""Run the tests: those of the steps in two processes, those of the Dag beside them in the environment with Airflow.

Both share the baseline that is built first. With arguments, one pytest runs with them. The exit code is 1 when
anything failed. The end of the output names the ten slowest modules and what the run cost.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from scripts.module_costs import read_costs, report

ROOT = Path(__file__).resolve().parents[1]
MAIN, AIRFLOW = ROOT / ".venv/bin/python", ROOT / ".venv-airflow/bin/python"
AIRFLOW_TESTS = "tests/dags/airflow"
COSTS = "C360_TEST_COSTS"
# A module stays in one process, so that it builds what its tests share once.
PROCESSES = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder")
COVERAGE = ("--cov=customer360", "--cov-report=term:skip-covered", "--cov-fail-under=90")


def main(arguments: Sequence[str]) -> int:
    """Run all tests, or those that the arguments choose; the exit code."""
    if arguments:
        python = AIRFLOW if any(AIRFLOW_TESTS in argument for argument in arguments) else MAIN
        return _call(python, "-m", "pytest", *arguments)
    began = time.monotonic()
    with ExitStack() as stack:
        costs = os.environ.get(COSTS) or stack.enter_context(tempfile.TemporaryDirectory())
        # sys.monitoring makes coverage cost a few per cent where the tracer costs half of the time.
        os.environ |= {COSTS: costs, "COVERAGE_CORE": "sysmon"}
        failed = _run()
        print(report(read_costs(Path(costs))))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"tests: {time.monotonic() - began:.0f} s, {used.ru_utime + used.ru_stime:.0f} CPU seconds in all")
    return 1 if failed else 0


def _run() -> bool:
    """Run both suites; whether one failed. Where the baseline cannot be built nothing else runs."""
    failed = _call(MAIN, "-m", "scripts.cluster", "tools") != 0
    failed |= _call("scripts/chromium.sh") != 0
    with tempfile.TemporaryFile("w+") as said:
        beside = [_start(AIRFLOW, "-m", "pytest", AIRFLOW_TESTS, output=said)]
        if shutil.which("go"):
            beside.append(_start(MAIN, "-m", "scripts.lint_sql", "--build-only"))
        try:
            began = time.monotonic()
            if _call(MAIN, "-m", "tests.baseline"):
                return True
            print(f"tests: baseline ready after {time.monotonic() - began:.0f} s", flush=True)
            failed |= _call(MAIN, "-m", "pytest", *PROCESSES, *COVERAGE) != 0
            failed |= max(process.wait() for process in beside) != 0
        finally:
            for process in beside:
                process.terminate()
                process.wait()
            said.seek(0)
            print(f"tests: {AIRFLOW_TESTS}\n{said.read()}")
    return failed


def _call(*command: str | Path) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _start(*command: str | Path, output: object = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)  # type: ignore[call-overload,no-any-return]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
