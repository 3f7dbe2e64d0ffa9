"""A fault is called mended only when the next run leaves what an undisturbed one does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from customer360.settings import from_environment
from customer360.warehouse import Warehouse
from scripts.chaos.campaign import campaign, strays, undisturbed
from scripts.chaos.faults import Fault, faults
from scripts.chaos.outcomes import BAD, SKIPPED, WELL, Outcome
from scripts.chaos.stage import Stage, State

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


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Outcome]]:
    before = dict(os.environ)
    try:
        with closing(Stage(tmp_path_factory.mktemp("chaos"), 40, 7)) as stage:
            stage.begin()
            expected = undisturbed(stage)
            tried = [
                next(fault for fault in faults() if fault.name == "kill -9 of the run in load"),
                Fault("leaves a table", "load", leave_a_table),
                Fault("not here", "load", leave_a_table, missing="a tool is missing"),
            ]
            yield list(campaign(stage, tried, expected))
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_killed_run_is_mended_by_the_next(outcomes: list[Outcome]) -> None:
    assert (outcomes[0].state, outcomes[0].problems) == (WELL, ())
    assert outcomes[0].seconds > 0


@pytest.mark.sandbox
@pytest.mark.slow
def test_what_a_fault_leaves_behind_is_found(outcomes: list[Outcome]) -> None:
    assert outcomes[1].state == BAD
    assert "stray table olist_marts.forgotten" in outcomes[1].problems


@pytest.mark.sandbox
@pytest.mark.slow
def test_a_fault_that_this_machine_cannot_make_is_counted_as_skipped(outcomes: list[Outcome]) -> None:
    assert (outcomes[2].state, outcomes[2].words) == (SKIPPED, "a tool is missing")
