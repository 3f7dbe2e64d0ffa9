"""Throw broken files at the intake: each must end as loaded, quarantined with a reason, or refused with a message.

Exit codes: 0 every mutant did, 1 one crashed a step, or rows were lost; build/fuzz-data/summary.json tells of each.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from customer360.catalogue import files_delivered
from customer360.settings import from_environment
from scripts.fuzz_data.campaign import Campaign, LostRowsError
from scripts.fuzz_data.mutants import Delivered, mutants
from scripts.fuzz_data.outcomes import WELL, Outcome, summary, table
from scripts.generate import generate
from scripts.sandbox import running_sandbox

ORDERS = 40  # small files: a defect is as likely in each of their rows
PREFIX = "olist_ci_fuzz_data"
BUILD = Path("build/fuzz-data")


def main() -> int:
    """Run the campaign; the exit code."""
    parser = argparse.ArgumentParser(prog="make fuzz-data", description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument(
        "--seed", type=int, default=360, help="same seed, same mutants (default: %(default)s)"
    )
    arguments = parser.parse_args()
    console, began = Console(), time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch, running_sandbox(Path(scratch) / "sandbox") as sandbox:
        os.environ |= sandbox.environment() | {"C360_DATASET_PREFIX": PREFIX}
        try:
            outcomes = run(Path(scratch), arguments.mutants, arguments.seed, console)
        except LostRowsError as error:
            console.print(f"[bold red]fuzz-data[/] {error}", highlight=False)
            return 1
    counts = summary(outcomes)
    console.print(table(counts))
    bad = [outcome for outcome in outcomes if outcome.state not in WELL]
    for outcome in bad:
        console.print(f"[red]mutant {outcome.number} ({outcome.table}, {outcome.kind}):[/] {outcome.words}")
    BUILD.mkdir(parents=True, exist_ok=True)
    result = {"seed": arguments.seed, "seconds": round(time.perf_counter() - began), "counts": counts}
    (BUILD / "summary.json").write_text(
        json.dumps(result | {"outcomes": list(map(asdict, outcomes))}, indent=1)
    )
    console.print(
        f"fuzz-data: {len(outcomes)} mutants, {len(bad)} ended badly; {BUILD}/summary.json", highlight=False
    )
    return 1 if bad else 0


def run(scratch: Path, count: int, seed: int, console: Console) -> list[Outcome]:
    """Take in and stage every mutant. Raises LostRowsError."""
    generate(scratch / "delivery", ORDERS, seed)
    files = [
        Delivered(entry.table, (scratch / "delivery" / entry.file).read_bytes())
        for entry in files_delivered()
    ]
    made = {mutant.number: mutant for mutant in mutants(files, count, seed)}
    campaign = Campaign(from_environment(), files, scratch / "mutants")
    with Progress(console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("taking in", total=count)
        taken = list(campaign.take_in(made.values(), lambda: progress.advance(bar)))
    with console.status("staging what was loaded"):
        return list(campaign.stage(taken, made, scratch / "target"))


if __name__ == "__main__":
    sys.exit(main())
