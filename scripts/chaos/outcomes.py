"""What came of each fault, and the table of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

WELL, BAD, SKIPPED = "well", "bad", "skipped"
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
