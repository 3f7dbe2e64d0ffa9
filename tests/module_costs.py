"""Hook that records what each test module costs: wall time, and CPU time of this process and all that it started.

Each process writes a file to the folder that C360_TEST_COSTS names; without the variable nothing is recorded.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

COSTS = "C360_TEST_COSTS"
# Read at once: tests take the project's variables away.
FOLDER = os.environ.get(COSTS)
_begun: tuple[float, float] | None = None


def cpu_seconds() -> float:
    """CPU seconds of this process and its descendants, those that ended included."""
    own = psutil.Process()
    total = 0.0
    for process in (own, *own.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Note the clocks before the first test of a module and after its last one."""
    global _begun
    if not FOLDER:
        return (yield)
    if _begun is None:
        _begun = time.monotonic(), cpu_seconds()
    result = yield
    if nextitem is None or nextitem.path != item.path:
        entry = {
            "module": str(item.path.relative_to(item.config.rootpath)),
            "seconds": round(time.monotonic() - _begun[0], 1),
            "cpu_seconds": round(cpu_seconds() - _begun[1], 1),
        }
        with (Path(FOLDER) / f"{os.getpid()}.jsonl").open("a") as file:
            file.write(json.dumps(entry) + "\n")
        _begun = None
    return result
