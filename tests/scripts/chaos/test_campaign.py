"""A fault is called mended only when the next run leaves what an undisturbed one does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from customer360.settings import from_environment
from customer360.warehouse import Warehouse
from scripts.chaos.campaign import campaign, strays, undisturbed
from scripts.chaos.faults import Fault, faults
from scripts.chaos.outcomes import BAD, SKIPPED, WELL
from scripts.chaos.stage import Stage, State
from tests.baseline import environment

STATE = State(
    {"olist_marts.dim": ['{"id": 1}', '{"id": 2}']}, frozenset({"olist_marts.dim"}), frozenset({"a"})
)


def test_a_state_has_no_strays_against_itself() -> None:
    assert strays(STATE, STATE, []) == []


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (replace(STATE, marts={"olist_marts.dim": ['{"id": 1}', '{"id": 3}']}), "olist_marts.dim: id"),
        (replace(STATE, marts={"olist_marts.dim": ['{"id": 1}']}), "olist_marts.dim: 1 rows, not 2"),
        (replace(STATE, tables=STATE.tables | {"olist_marts.dim__tmp"}), "stray table olist_marts.dim__tmp"),
        (replace(STATE, tables=frozenset()), "missing table olist_marts.dim"),
        (replace(STATE, objects=frozenset({"a", "b"})), "stray object b"),
        (replace(STATE, objects=frozenset()), "missing object a"),
    ],
)
def test_what_differs_is_named(found: State, problem: str) -> None:
    assert strays(STATE, found, []) == [problem]


@contextmanager
def leave_a_table(stage: Stage) -> Iterator[None]:
    """A fault that nothing mends."""
    stage.worker.kill()
    client = Warehouse.connect(from_environment()).client
    client.query("create table olist_marts.forgotten as select 1 as n").result()
    yield


@contextmanager
def on_stage(folder: Path, *, raw_only: bool) -> Iterator[tuple[Stage, State]]:
    """A stage after the first delivery, and what the second one leaves when nothing disturbs it."""
    with (
        environment({}),
        closing(Stage(folder, 40, 7, raw_only=raw_only)) as stage,
    ):
        stage.begin()
        yield stage, undisturbed(stage)


def named(name: str) -> Fault:
    return next(fault for fault in faults() if fault.name == name)


@pytest.mark.sandbox
@pytest.mark.slow
def test_after_a_killed_load_only_what_the_fault_left_behind_differs(tmp_path: Path) -> None:
    with on_stage(tmp_path, raw_only=True) as (stage, expected):
        assert len(expected.tables) > 11
        [outcome] = campaign(stage, [Fault("leaves a table", "load", leave_a_table)], expected)
    left = ("olist_marts.forgotten: 1 rows, not 0", "stray table olist_marts.forgotten")
    assert (outcome.state, outcome.problems) == (BAD, left)


def test_a_fault_that_this_machine_cannot_make_is_counted_as_skipped() -> None:
    fault = Fault("not here", "load", leave_a_table, missing="a tool is missing")
    [outcome] = campaign(create_autospec(Stage, spec_set=True), [fault], STATE)
    assert (outcome.state, outcome.words) == (SKIPPED, "a tool is missing")


@pytest.mark.qa
def test_a_killed_run_is_mended_by_the_next_up_to_the_marts(tmp_path: Path) -> None:
    with on_stage(tmp_path, raw_only=False) as (stage, expected):
        [outcome] = campaign(stage, [named("kill -9 of the run in load")], expected)
    assert (outcome.state, outcome.problems) == (WELL, ())
    assert outcome.seconds > 0
