"""What came of each fault, and the table of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

WELL, BAD, SKIPPED = "well", "bad", "skipped"
# What the tests against the cluster make of theirs.
ON_KIND = Path("build/e2e/faults.json")
STYLES = {WELL: "green", BAD: "red", SKIPPED: "yellow"}


@dataclass(frozen=True)
class Outcome:
    """What came of a fault.

    seen: outlasted or stopped, what the disturbed run did. seconds: from the end of the fault to marts that are whole.
    problems: what the run after it left wrong. words: the last of a stopped run's log, or why a fault was skipped.
    """

    fault: str
    expected: str
    seen: str
    seconds: float
    state: str
    problems: tuple[str, ...] = field(default=())
    words: str = ""


def remember(path: Path, outcome: Outcome) -> None:
    """Add an outcome to a file of them; it replaces what is there of the same fault."""
    found = [entry for entry in remembered(path) if entry["fault"] != outcome.fault]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([*found, asdict(outcome)], indent=1) + "\n")


def remembered(path: Path) -> list[dict[str, Any]]:
    """The outcomes in a file; none where there is no file."""
    found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    return found


def table(outcomes: Iterable[Outcome]) -> Table:
    """The outcomes, a line each."""
    found = Table("fault", "expected", "seen", box=None)
    found.add_column("recovery s", justify="right")
    found.add_column("after the next run")
    for entry in outcomes:
        says = {WELL: "equal", SKIPPED: f"skipped: {entry.words}"}.get(entry.state, "; ".join(entry.problems))
        seconds = f"{entry.seconds:.1f}" if entry.state != SKIPPED else ""
        found.add_row(entry.fault, entry.expected, entry.seen, seconds, Text(says, STYLES[entry.state]))
    return found
