"""Generate a delivery: the nine Olist files, customer_pii.csv, ledger.jsonl and counts.json."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from scripts.generate.delivery import generate


def main() -> int:
    """Run the command; the exit code is 2 when an argument makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m scripts.generate", description=__doc__)
    parser.add_argument(
        "--orders", type=int, default=10_000, help="orders to generate (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=360, help="same seed, same bytes (default: %(default)s)")
    parser.add_argument(
        "--out", type=Path, required=True, help="directory to write; a finished one is reused"
    )
    arguments = parser.parse_args()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("rows written", total=None)
        try:
            counts = generate(
                arguments.out, arguments.orders, arguments.seed, lambda rows: progress.advance(task, rows)
            )
        except ValueError as error:
            parser.error(str(error))
    rows = sum(number for name, number in counts.items() if name.endswith(".rows"))
    print(f"{arguments.out}: {rows:,} rows, planted quirks in counts.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
