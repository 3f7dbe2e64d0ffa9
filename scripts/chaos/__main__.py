"""Break runs, run each once more, and check that the marts are those of a run that nothing disturbed.

Exit codes: 0 all faults were mended, 1 one was not, or nothing of that name is there; build/chaos/summary.json tells of
each, and build/chaos/runs holds the logs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from scripts.chaos.campaign import campaign, undisturbed
from scripts.chaos.disks import can_mount, mounted
from scripts.chaos.faults import Fault, faults
from scripts.chaos.outcomes import BAD, SKIPPED, WELL, Outcome, table
from scripts.chaos.stage import Stage
from scripts.progress import Progress

BUILD = Path("build/chaos").resolve()
VOLUME_MB = 1500


def main() -> int:
    """Run the campaign; the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--orders", type=int, default=200, help="of each delivery (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=360, help="of the deliveries (default: %(default)s)")
    parser.add_argument("--only", default="", metavar="WORDS", help="faults whose name holds these words")
    parser.add_argument("--list", action="store_true", help="list the faults and end")
    arguments = parser.parse_args()
    console, began = Console(), time.perf_counter()
    chosen = [fault for fault in faults() if arguments.only in fault.name]
    if arguments.list:
        console.print("\n".join(fault.name for fault in chosen), highlight=False, soft_wrap=True)
        return 0
    if not chosen:
        console.print(
            f"[bold red]chaos[/] no fault is called {arguments.only!r}: see --list", highlight=False
        )
        return 1
    outcomes = run(chosen, arguments.orders, arguments.seed, console)
    console.print(table(outcomes))
    counts = Counter(outcome.state for outcome in outcomes)
    summary = {
        "orders": arguments.orders,
        "seed": arguments.seed,
        "seconds": round(time.perf_counter() - began),
        "faults": list(map(asdict, outcomes)),
    }
    (BUILD / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    console.print(
        f"chaos: {counts[WELL]} faults mended, {counts[BAD]} not, {counts[SKIPPED]} skipped; {BUILD}/summary.json",
        highlight=False,
    )
    return 1 if counts[BAD] else 0


def run(chosen: list[Fault], orders: int, seed: int, console: Console) -> list[Outcome]:
    """Try the faults, with a line for each."""
    shutil.rmtree(BUILD, ignore_errors=True)
    with ExitStack() as stack:
        if can_mount():
            # A volume that can be filled without harm to this machine's own.
            stack.enter_context(mounted(BUILD / "sandbox", VOLUME_MB))
        progress = stack.enter_context(Progress(console))
        progress.start("two runs that nothing disturbs")
        stage = stack.enter_context(closing(Stage(BUILD, orders, seed)))
        stage.begin()
        expected = undisturbed(stage)
        found = []
        progress.start(chosen[0].name)
        for number, outcome in enumerate(campaign(stage, chosen, expected), start=1):
            progress.stop({WELL: "✓", BAD: "✗", SKIPPED: "-"}[outcome.state])
            found.append(outcome)
            if number < len(chosen):
                progress.start(chosen[number].name)
        return found


if __name__ == "__main__":
    sys.exit(main())
