"""What became of each mutant, and the table of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table

REFUSED, QUARANTINED, LOADED, CRASHED, LOST = "refused", "quarantined", "loaded", "crashed", "lost"
WELL = (REFUSED, QUARANTINED, LOADED)


@dataclass(frozen=True)
class Outcome:
    """How a mutant ended, and in which words; `words` quote no data."""

    number: int
    table: str
    kind: str
    state: str
    words: str = ""


def summary(outcomes: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    """Mutants of each kind by how they ended."""
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        counts.setdefault(outcome.kind, Counter())[outcome.state] += 1
    return {kind: dict(found) for kind, found in counts.items()}


def table(counts: dict[str, dict[str, int]]) -> Table:
    """The counts as a table, with a line of sums."""
    found = Table(
        "defect", box=None, title="Mutants by how they ended", title_justify="left", show_footer=True
    )
    found.columns[0].footer = "all"
    for state in (*WELL, CRASHED, LOST):
        total = sum(entry.get(state, 0) for entry in counts.values())
        found.add_column(state, str(total), justify="right", style="" if state in WELL else "red")
    for kind, entry in counts.items():
        found.add_row(kind, *(str(entry.get(state, "")) for state in (*WELL, CRASHED, LOST)))
    return found
