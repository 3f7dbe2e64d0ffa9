"""A small campaign against the sandbox; and what it would say if a step crashed or lost rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import pytest

from customer360.dbt_session import DbtSession
from customer360.errors import PermanentError
from customer360.settings import Settings
from customer360.steps.reconcile import Balance
from customer360.steps.upload import upload
from scripts.demo.pipeline import Pipeline
from scripts.fuzz_data import campaign as steps
from scripts.fuzz_data.campaign import Campaign, LostRowsError
from scripts.fuzz_data.mutants import KINDS, Delivered, Mutant, mutants
from scripts.fuzz_data.outcomes import CRASHED, LOADED, LOST, QUARANTINED, REFUSED, WELL, Outcome, summary

pytestmark = pytest.mark.sandbox

GOOD, BAD = b"new,00001,campinas,SP", b'"",00001,campinas,SP'
FIRST = 1000  # number of the first mutant that is planted


@pytest.fixture(scope="module")
def campaign(
    settings: Settings, files: list[Delivered], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaign]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("C360_DATASET_PREFIX", settings.dataset_prefix)
        yield Campaign(settings, files, tmp_path_factory.mktemp("mutants"))


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt writes."""
    return tmp_path_factory.mktemp("target")


def sellers(files: list[Delivered], number: int, line: bytes) -> Mutant:
    """The file of sellers with another first row."""
    content = next(file.content for file in files if file.table == "sellers")
    head, _, rest = content.partition(b"\n")
    return Mutant(number, "sellers", "planted", head + b"\n" + line + b"\n" + rest.partition(b"\n")[2])


@pytest.fixture(scope="module")
def ended(campaign: Campaign, files: list[Delivered], target: Path) -> dict[int, Outcome]:
    """How a mutant of each kind ended, and a bad and a good row."""
    made = {mutant.number: mutant for mutant in mutants(files, len(KINDS), 11)}
    made |= {FIRST: sellers(files, FIRST, BAD), FIRST + 1: sellers(files, FIRST + 1, GOOD)}
    taken = list(campaign.take_in(made.values()))
    found = {outcome.number: outcome for outcome in campaign.stage(taken, made, target)}
    assert found.keys() == made.keys()
    return found


@pytest.mark.slow
def test_every_mutant_ends_well_and_is_told_why(ended: dict[int, Outcome]) -> None:
    assert {outcome.state for outcome in ended.values()} == set(WELL)
    assert all(outcome.words for outcome in ended.values() if outcome.state != LOADED)


@pytest.mark.slow
def test_the_summary_counts_each_kind(ended: dict[int, Outcome]) -> None:
    counts = summary(ended.values())
    assert counts["empty"] == {REFUSED: 1}
    assert sum(sum(entry.values()) for entry in counts.values()) == len(ended)


@pytest.mark.slow
def test_a_row_that_breaks_a_rule_is_told_with_its_reason(ended: dict[int, Outcome]) -> None:
    assert (ended[FIRST].state, ended[FIRST].words) == (QUARANTINED, "seller_id: is empty")
    assert ended[FIRST + 1].state == LOADED


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("person@example.com"), "KeyError"),
        (PermanentError("the settings are wrong"), "PermanentError: not of the file"),
    ],
)
def test_a_step_that_crashes_is_told_without_data(
    campaign: Campaign, files: list[Delivered], monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def crash(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(steps, "upload", crash)
    [outcome] = campaign.take_in([sellers(files, FIRST + 2, GOOD)])
    assert (outcome.state, outcome.words) == (CRASHED, words)


def test_a_refused_load_that_changed_the_table_is_told(
    campaign: Campaign, files: list[Delivered], monkeypatch: pytest.MonkeyPatch
) -> None:
    def miscounted(*given: Any) -> Any:
        record = upload(*given)
        return replace(record, rows=record.rows + 1)

    # The load step finds out when the table is replaced, here by as many rows.
    [before] = campaign.take_in([sellers(files, FIRST + 3, GOOD)])
    assert before.state == LOADED
    monkeypatch.setattr(steps, "upload", miscounted)
    [outcome] = campaign.take_in([sellers(files, FIRST + 4, GOOD.replace(b"new", b"newer"))])
    assert (outcome.state, outcome.words) == (LOST, "a load that was refused changed the table")


def test_rows_that_another_reader_does_not_find_are_told(
    campaign: Campaign, files: list[Delivered], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "parsed", lambda *_given: iter(()))
    [outcome] = campaign.take_in([sellers(files, FIRST + 5, GOOD)])
    assert (outcome.state, outcome.words) == (LOST, "another reader finds another number of rows")


def test_rows_that_went_missing_are_told(
    settings: Settings, files: list[Delivered], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Neither the load nor dbt makes a difference to the count that is played.
    monkeypatch.setattr(Pipeline, "load_raw", lambda *_given: None)
    monkeypatch.setattr(steps, "DbtSession", create_autospec(DbtSession))
    monkeypatch.setattr(steps, "balances", lambda *_given: [Balance("sellers", 5, 5, 4, 0)])
    with pytest.raises(LostRowsError, match="sellers"):
        list(Campaign(settings, files, tmp_path).stage([], {}, tmp_path))
