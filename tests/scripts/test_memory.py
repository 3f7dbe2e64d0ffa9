"""Peak memory as the kernel counts it."""

from __future__ import annotations

import subprocess
import sys

from scripts.memory import forget_peak, peak_rss_mb


def test_the_peak_outlives_the_memory_and_can_be_forgotten() -> None:
    program = (
        "from scripts.memory import *\n"
        "before = peak_rss_mb(); held = bytearray(100 * 1024 * 1024); del held\n"
        "peak = peak_rss_mb(); forget_peak(); print(before, peak, peak_rss_mb())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    before, peak, after = map(float, done.stdout.split())
    assert peak > before + 90
    assert after < before + 10


def test_a_process_that_is_gone_has_none() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert peak_rss_mb(ended.pid) == 0


def test_forgetting_leaves_a_running_process_its_memory() -> None:
    forget_peak()
    assert peak_rss_mb() > 5
