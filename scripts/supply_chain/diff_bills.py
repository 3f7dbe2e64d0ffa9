"""Say which packages came, went or changed between two folders of bills of materials.

Exit codes: 0 said, with or without changes, 2 a folder holds no bills; build/sbom-diff.json has them all.
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

from scripts.supply_chain.bills import BillError, Change, changes, read

RESULT = Path("build/sbom-diff.json").resolve()


def main() -> int:
    """Print the changes; the exit code."""
    parser = argparse.ArgumentParser(prog="make sbom-diff", description=__doc__)
    parser.add_argument("before", type=Path, help="folder with the bills of another commit or release")
    parser.add_argument("after", type=Path, help="folder with this one's")
    arguments = parser.parse_args()
    console = Console()
    try:
        found = changes(read(arguments.before), read(arguments.after))
    except BillError as error:
        console.print(f"[bold red]sbom-diff[/] {error}", highlight=False)
        return 2
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(list(map(asdict, found)), indent=1) + "\n")
    if found:
        table = Table("image", "package", "before", "after", box=None)
        for change in found:
            table.add_row(change.image, change.package, change.before, change.after)
        console.print(table)
    counts = Counter(map(kind, found))
    console.print(
        f"sbom-diff: {counts['came']} came, {counts['went']} went, {counts['changed']} changed; {RESULT}",
        highlight=False,
    )
    return 0


def kind(change: Change) -> str:
    """`came`, `went` or `changed`."""
    return "changed" if change.before and change.after else "went" if change.before else "came"


if __name__ == "__main__":
    sys.exit(main())
