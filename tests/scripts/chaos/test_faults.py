"""The table of faults is as wide as it claims to be."""

from __future__ import annotations

from collections import Counter

import pytest

from scripts.chaos.faults import EITHER, OUTLASTED, START, STEPS, STOPPED, faults


def test_there_are_at_least_thirty_faults_each_of_a_name_of_its_own() -> None:
    names = Counter(fault.name for fault in faults())
    assert len(names) == names.total() >= 30


@pytest.mark.parametrize("step", STEPS)
def test_the_run_is_killed_in_every_step(step: str) -> None:
    assert f"kill -9 of the run in {step}" in {fault.name for fault in faults() if fault.at == step}


def test_every_fault_belongs_to_a_step_and_says_what_is_expected_of_the_run() -> None:
    assert {fault.at for fault in faults()} == {START, *STEPS}
    assert {fault.expected for fault in faults()} == {EITHER, OUTLASTED, STOPPED}
