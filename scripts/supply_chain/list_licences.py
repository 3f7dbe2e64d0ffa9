"""List the licence of everything that the lock files name, and refuse what an image may not pass on.

Exit codes: 0 all may, 1 something may not, 2 the environments are not those of the lock files;
build/licences.json has every distribution.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.supply_chain.licences import IN_IMAGES, INSTALLED, listed

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build" / "licences.json"


def main() -> int:
    """List them; the exit code."""
    argparse.ArgumentParser(prog="make licences", description=__doc__).parse_args()
    console = Console()
    try:
        found = list(listed(REPOSITORY))
    except LookupError as error:
        console.print(f"[bold red]licences[/] {error}", highlight=False)
        return 2
    counts = Counter((" or ".join(" and ".join(part) for part in entry.terms), entry.lock) for entry in found)
    table = Table("licence", *INSTALLED, box=None)
    for licence in sorted({licence for licence, _ in counts}):
        table.add_row(licence, *(str(counts[licence, lock] or "") for lock in INSTALLED))
    console.print(table)
    BUILD.parent.mkdir(exist_ok=True)
    BUILD.write_text(json.dumps(list(map(asdict, found)), indent=1) + "\n")
    refused = [entry for entry in found if not entry.is_allowed]
    for entry in refused:
        console.print(
            f"[red]{entry.name} {entry.version} ({entry.lock}.txt):[/] {entry.licence}", highlight=False
        )
    console.print(
        f"licences: {len(found)} distributions, {sum(entry.lock in IN_IMAGES for entry in found)} of them in images, "
        f"{len(refused)} refused; {BUILD}",
        highlight=False,
    )
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
