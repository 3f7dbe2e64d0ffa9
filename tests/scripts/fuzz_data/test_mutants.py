"""Mutants: the same ones for the same seed, one defect each."""

from __future__ import annotations

import pytest

from scripts.fuzz_data.mutants import KINDS, Delivered, mutants

ROUNDS = 5


def test_every_value_of_a_file_is_found(files: list[Delivered]) -> None:
    for file in files:
        assert {len(row) for row in file.rows} == {len(file.source.header)}


def test_the_same_seed_gives_the_same_mutants_and_another_one_others(files: list[Delivered]) -> None:
    first, again, others = (list(mutants(files, 100, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != others


def test_each_kind_comes_in_turn(files: list[Delivered]) -> None:
    assert [mutant.kind for mutant in mutants(files, len(KINDS), 1)] == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_defect_changes_the_file(files: list[Delivered], kind: str) -> None:
    # What has no letter beyond ASCII is the same in Latin-1.
    content = {file.table: file.content for file in files}
    made = [mutant for mutant in mutants(files, ROUNDS * len(KINDS), 3) if mutant.kind == kind]
    assert any(mutant.content != content[mutant.table] for mutant in made)
