"""Outcomes are kept in a file, the last one of each fault."""

from __future__ import annotations

from pathlib import Path

from scripts.chaos.outcomes import BAD, WELL, Outcome, remember, remembered


def test_a_fault_that_is_tried_again_replaces_what_came_of_it_before(tmp_path: Path) -> None:
    file = tmp_path / "new" / "faults.json"
    remember(file, Outcome("a pod is killed", "outlasted", "stopped", 9.0, BAD, ("fct_orders",)))
    remember(file, Outcome("a node restarts", "outlasted", "outlasted", 60.0, WELL))
    remember(file, Outcome("a pod is killed", "outlasted", "outlasted", 30.0, WELL))
    assert [(entry["fault"], entry["state"]) for entry in remembered(file)] == [
        ("a node restarts", WELL),
        ("a pod is killed", WELL),
    ]


def test_where_nothing_was_tried_nothing_is_remembered(tmp_path: Path) -> None:
    assert remembered(tmp_path / "faults.json") == []
