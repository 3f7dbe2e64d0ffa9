"""What each test module cost, from the records of tests/module_costs.py. Run as a module it names the dear ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SLOWEST = 10
# Wall seconds that a module may take; those of the cluster wait for whole runs.
BUDGETS = {"tests/e2e": 400, "tests/images": 120, "tests": 120}


@dataclass(frozen=True)
class Cost:
    """What a module took: wall seconds, and CPU seconds of all its processes."""

    module: str
    seconds: float
    cpu_seconds: float

    @property
    def budget(self) -> int:
        """Wall seconds that the module may take."""
        return next(seconds for start, seconds in BUDGETS.items() if self.module.startswith(start))


def read_costs(folder: Path) -> list[Cost]:
    """The cost of each module that a process wrote down, the slowest first."""
    lines = [line for file in folder.glob("*.jsonl") for line in file.read_text().splitlines()]
    return sorted((Cost(**json.loads(line)) for line in lines), key=lambda cost: -cost.seconds)


def report(costs: Sequence[Cost]) -> str:
    """A table of the slowest modules."""
    rows = [f"{cost.seconds:9.1f} {cost.cpu_seconds:9.1f}  {cost.module}" for cost in costs[:SLOWEST]]
    return "\n".join([f"tests: the {SLOWEST} slowest of {len(costs)} modules", "  seconds     CPU s", *rows])


def over_budget(costs: Sequence[Cost]) -> list[str]:
    """A line for each module that took longer than it may."""
    return [
        f"over budget: {cost.module} took {cost.seconds:.0f} s, may take {cost.budget}"
        for cost in costs
        if cost.seconds > cost.budget
    ]


if __name__ == "__main__":
    print("\n".join(over_budget(read_costs(Path(sys.argv[1])))))
