"""The records of what modules cost become a table, and a line for each that is over budget."""

from __future__ import annotations

import json
from pathlib import Path

from scripts.module_costs import Cost, over_budget, read_costs, report


def test_the_slowest_ten_modules_are_told_with_what_they_cost(tmp_path: Path) -> None:
    for process in range(3):
        entries = [
            {
                "module": f"tests/test_{process}_{number}.py",
                "seconds": 10.0 * number + process,
                "cpu_seconds": 1.5,
            }
            for number in range(5)
        ]
        (tmp_path / f"{process}.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    costs = read_costs(tmp_path)
    told = report(costs).splitlines()
    assert costs[0] == Cost("tests/test_2_4.py", 42.0, 1.5)
    assert told[0] == "tests: the 10 slowest of 15 modules"
    assert told[2].split() == ["42.0", "1.5", "tests/test_2_4.py"]
    assert len(told) == 12


def test_a_module_over_its_budget_is_named() -> None:
    costs = [
        Cost("tests/e2e/test_run.py", 390, 1),
        Cost("tests/dbt/test_build.py", 121, 1),
        Cost("tests/dbt/test_macros.py", 119, 1),
    ]
    assert over_budget(costs) == ["over budget: tests/dbt/test_build.py took 121 s, may take 120"]
