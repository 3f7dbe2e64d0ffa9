"""The full run at several sizes: seconds by step and peak memory by process, from the demo's own summary."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.demo.charts.run import memory

SUMMARY = Path("build/demo/summary.json")


def measure(orders: int) -> dict[str, Any]:
    """Run the demo at one size. Raises RuntimeError with its last lines when it fails."""
    command = [sys.executable, "-m", "scripts.demo", "--orders", str(orders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the demo of {orders} orders failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    summary = json.loads(SUMMARY.read_text())
    return {"orders": orders, "seconds": summary["seconds"], "peak_rss_mb": dict(memory(summary).rows)}
