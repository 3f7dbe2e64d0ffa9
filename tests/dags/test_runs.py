"""Run names: valid everywhere, and no two runs share one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.runs import run_name

VALID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
SCHEDULED = "scheduled__2026-11-24T00:00:00+00:00"
RUN_IDS = [SCHEDULED, "manual__2026-11-24T07:15:12.123456+00:00", "demo-1", "", "__", "é", "x" * 250, "-a-"]


@given(st.one_of(st.text(), st.sampled_from(RUN_IDS)))
def test_a_name_is_valid_in_job_ids_labels_and_object_names(run_id: str) -> None:
    assert VALID.fullmatch(run_name(run_id))


@given(st.from_regex(VALID, fullmatch=True))
def test_a_valid_name_stays_as_it_is(run_id: str) -> None:
    assert run_name(run_id) == run_id


@given(st.lists(st.text(), unique=True, min_size=2))
def test_runs_that_differ_have_names_that_differ(run_ids: list[str]) -> None:
    assert len({run_name(run_id) for run_id in run_ids}) == len(run_ids)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a:b", "a+b"), ("Run", "run"), ("x" * 64, "x" * 65), (SCHEDULED, SCHEDULED.replace("+", "-"))],
)
def test_runs_that_look_alike_have_names_that_differ(one: str, other: str) -> None:
    assert run_name(one) != run_name(other)


def test_a_name_still_tells_which_run_it_was() -> None:
    assert run_name(SCHEDULED).startswith("scheduled-2026-11-24t00-00-00-00-00-")


def test_a_name_is_the_same_in_every_process() -> None:
    assert run_name("a:b") == "a-b-6783a31e"
