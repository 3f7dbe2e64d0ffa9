"""Measure upload, full runs and the ordinary way in one go; write build/bench/results.json and a picture.

Exit codes: 0 measured, 1 a part failed. A slow result is a result: nothing here fails for being slow.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts.bench import ordinary, runs, upload
from scripts.bench.plot import plot

BENCH = Path("build/bench").resolve()
SIZES = (10_000, 100_000, 1_000_000)


def main() -> int:
    """Measure every part; the exit code."""
    arguments = _arguments()
    console = Console()
    results: dict[str, Any] = {"machine": _machine()}
    parts: dict[str, Callable[[], Any]] = {
        "upload": lambda: upload.measure(BENCH, arguments.megabytes),
        "ordinary": lambda: ordinary.measure(BENCH, arguments.ordinary_orders),
        "runs": lambda: [_shown(console, runs.measure(size)) for size in arguments.orders],
    }
    BENCH.mkdir(parents=True, exist_ok=True)
    for name, measure in parts.items():
        with console.status(f"measuring: {name}"):
            try:
                results[name] = measure()
            except Exception as error:
                console.print(f"[bold red]{name} failed[/] {error}", highlight=False)
                return 1
        if name != "runs":
            _shown(console, results[name])
        (BENCH / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    plot(results, BENCH / "bench.svg")
    console.print(f"results  {BENCH / 'results.json'}\npicture  {BENCH / 'bench.svg'}", highlight=False)
    return 0


def _shown(console: Console, result: dict[str, Any]) -> dict[str, Any]:
    console.print(json.dumps(result), highlight=False)
    return result


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} cores, {memory:.0f} GB"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--orders",
        type=int,
        nargs="+",
        default=SIZES,
        help="sizes of the full runs (default: 10000 100000 1000000)",
    )
    parser.add_argument(
        "--megabytes", type=int, default=1000, help="size of the uploaded file (default: %(default)s)"
    )
    parser.add_argument(
        "--ordinary-orders",
        type=int,
        default=10_000,
        help="size of the run that the ordinary way is measured on (default: %(default)s)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
