"""Tell which changes of the dbt project, against a commit, break whoever reads its tables, and who that is.

Exit codes: 0 nothing breaks, 1 something does, 2 there is no such commit or dbt does not parse the project.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.contracts.breaks import Comparison, compare
from scripts.contracts.consumers import consumers, readers_of_layers
from scripts.contracts.projects import PROJECT, ProjectError, project_at

BROKEN, NO_COMPARISON = 1, 2
ADVICE = (
    "Keep what they read: add a column beside the old one, or a version of the model (`versions:` in its .yml) beside\n"
    "the old one, which gets a `deprecation_date`; past that date dbt lets it go. See dbt/README.md."
)


def main(arguments: list[str] | None = None) -> int:
    """Compare, and print what was found; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.contracts", description=__doc__)
    parser.add_argument("--base", default="origin/main", help="commit to compare with (default: %(default)s)")
    parser.add_argument("--root", type=Path, default=Path(), help="a git checkout (default: here)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    console = Console(soft_wrap=True)
    try:
        with tempfile.TemporaryDirectory() as scratch, Console(stderr=True).status("parsing both projects"):
            base = project_at(options.root, options.base or "origin/main", Path(scratch) / "checkout")
            found = report(
                compare(base, options.root / PROJECT, Path(scratch) / "state"),
                readers_of_layers(options.root),
            )
    except ProjectError as error:
        print(f"check-contracts: {error}", file=sys.stderr)
        return NO_COMPARISON
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        show(console, found)
    return BROKEN if found["breaking"] else 0


def report(found: Comparison, readers: dict[str, tuple[str, ...]]) -> dict[str, list[dict[str, Any]]]:
    """Changes with their consumers: breaking where one is outside of the project, else internal."""
    entries: dict[str, list[dict[str, Any]]] = {"breaking": [], "internal": [], "full_refresh": []}
    for change in found.broken:
        hit = consumers(change.model, found.before, readers)
        entries["breaking" if hit.exposed else "internal"].append(asdict(change) | asdict(hit))
    for change in found.to_refresh:
        hit = consumers(change.model, found.before, readers)
        entries["full_refresh"].append(asdict(change) | asdict(hit))
    return entries


def show(console: Console, found: dict[str, list[dict[str, Any]]]) -> None:
    """Print a table a kind of change, and what to do."""
    for kind, title in (
        ("breaking", "[bold red]Breaking: others read these tables"),
        ("internal", "[bold]Internal: only models of this project read these, and the build proves them"),
        (
            "full_refresh",
            "[bold yellow]Needs --full-refresh: these facts do not take other columns by themselves",
        ),
    ):
        if found[kind]:
            console.print(_table(title, found[kind]))
    if found["breaking"]:
        console.print(ADVICE, highlight=False)
    counts = ", ".join(f"{len(entries)} {kind.replace('_', ' ')}" for kind, entries in found.items())
    console.print(f"check-contracts: {counts}", highlight=False)


def _table(title: str, entries: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=True)
    for heading in ("model", "what changed", "who reads it"):
        table.add_column(heading, overflow="fold")
    for entry in entries:
        who = [f"group {name}" for name in entry["groups"]]
        who += [f"exposure {name}" for name in entry["exposures"]]
        who += [f"models {', '.join(entry['models'])}"] if entry["models"] else []
        table.add_row(
            f"{entry['model']}\n[dim]{PROJECT}/{entry['file']}", "\n".join(entry["what"]), "\n".join(who)
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
