"""An erasure or a suppression that dies between any two changes: the next try ends what it began, nothing twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from customer360.register import Register
from customer360.settings import Settings, from_environment
from customer360.steps.erase import Erasure, ask, erase, finish
from customer360.steps.load import load_all
from customer360.steps.suppress import suppress
from customer360.storage import Bucket, Generation, StoredObject
from customer360.warehouse import Warehouse
from scripts.demo.pipeline import Pipeline, Run
from scripts.generate import generate
from tests.baseline import Baseline
from tests.dags.steps import witness

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

FEW_ORDERS = 25
MOST_TRIES = 120


class DiedError(RuntimeError):
    """The process was killed."""


class Deaths:
    """Counts the changes that bucket and warehouse make, and kills the process after every n-th."""

    def __init__(self, settings: Settings, every: int = 1):
        self.changes = 0
        self._every = every
        self.bucket = DyingBucket.connect(settings)
        self.warehouse = DyingWarehouse.connect(settings)
        self.bucket.deaths = self.warehouse.deaths = self

    def changed(self) -> None:
        """Take note of a change. Raises DiedError after every n-th."""
        self.changes += 1
        if self.changes % self._every == 0:
            raise DiedError


class DyingBucket(Bucket):
    """A bucket whose user may die right after a change."""

    deaths: Deaths

    def upload(self, *arguments: Any, **options: Any) -> StoredObject:
        stored = super().upload(*arguments, **options)
        self.deaths.changed()
        return stored

    def delete(self, generation: Generation) -> None:
        super().delete(generation)
        self.deaths.changed()


class DyingWarehouse(Warehouse):
    """A warehouse whose user may die right after a change."""

    deaths: Deaths

    def change(self, sql: str) -> int:
        if rows := super().change(sql):
            self.deaths.changed()
        return rows

    def append_rows(self, *arguments: Any, **options: Any) -> None:
        super().append_rows(*arguments, **options)
        self.deaths.changed()


def tries_until_done(step: Callable[[], object]) -> None:
    """Call a step that may die after a change, until it ends."""
    for _ in range(MOST_TRIES):
        with contextlib.suppress(DiedError):
            step()
            return
    raise AssertionError("it gets nowhere")


# A try reads all that is there, so that dying after each of forty changes takes minutes.
often = pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.qa), 7])


@pytest.fixture
def delivery(baseline: Baseline) -> Path:
    return baseline.delivery


@pytest.fixture
def loaded(baseline: Baseline, tmp_path: Path) -> Iterator[Pipeline]:
    """The run that left the baseline, on a copy of the test's own: what one test erases, the next must find."""
    with baseline.copy(tmp_path / "sandbox"):
        yield Pipeline(from_environment(), baseline.run)


def counts(pipeline: Pipeline) -> dict[str, int]:
    """Rows that join, table by table, and the money of the orders."""
    raw = pipeline.settings.dataset("raw")
    [row] = pipeline.warehouse.rows(
        f"select (select count(*) from {raw}.orders inner join {raw}.customers using (customer_id)) as orders, "
        f"(select count(*) from {raw}.order_items inner join {raw}.orders using (order_id)) as items, "
        f"(select count(*) from {raw}.order_reviews inner join {raw}.orders using (order_id)) as reviews, "
        f"(select count(distinct customer_unique_id) from {raw}.customers) as persons, "
        f"(select sum(safe_cast(payment_value as numeric)) from {raw}.order_payments "
        f"inner join {raw}.orders using (order_id)) as paid"
    )
    return row


def left(pipeline: Pipeline) -> set[str]:
    """Where the person still stands: raw tables, the register, objects."""
    traces = witness.traces(pipeline.settings)
    datasets = [pipeline.settings.dataset(layer) for layer in ("raw", "erasures")]
    tables = witness.in_tables(pipeline.warehouse, datasets, traces)
    return tables | witness.in_objects(pipeline.bucket, traces)


def finished(pipeline: Pipeline, request: str) -> Erasure:
    done = erase(pipeline.warehouse, pipeline.bucket, pipeline.settings, request)
    assert done is not None
    finish(pipeline.warehouse, pipeline.bucket, pipeline.settings, request, done, "a-run")
    return done


def entered(pipeline: Pipeline, request: str) -> None:
    """Have an erasure die until the person is in the register, and no further."""
    dying = Deaths(pipeline.settings).warehouse
    register = Register(pipeline.warehouse, pipeline.settings)
    while not register.entries():
        with pytest.raises(DiedError):
            erase(dying, pipeline.bucket, pipeline.settings, request)


def rows_of(pipeline: Pipeline, table: str) -> int:
    [row] = pipeline.warehouse.rows(
        f"select count(*) as n from {pipeline.settings.dataset('erasures')}.{table}"
    )
    return int(row["n"])


@often
def test_an_erasure_that_dies_after_changes_comes_to_the_same_end(loaded: Pipeline, every: int) -> None:
    before, settings, deaths = counts(loaded), loaded.settings, Deaths(loaded.settings, every)
    request = ask(loaded.bucket, witness.PERSON, "a test")
    tries_until_done(lambda: erase(deaths.warehouse, deaths.bucket, settings, request))
    assert deaths.changes > len(witness.ROWS) * 2
    finished(loaded, request)
    assert left(loaded) == set()
    assert counts(loaded) == before
    assert (rows_of(loaded, "persons"), rows_of(loaded, "erasures")) == (1, 1)


@pytest.fixture(scope="module")
def erased(baseline: Baseline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The run that left the baseline, after an erasure that died once when its record was made."""
    with baseline.copy(tmp_path_factory.mktemp("erased") / "sandbox"):
        run = Pipeline(from_environment(), baseline.run)
        request = ask(run.bucket, witness.PERSON, "a test")
        done = erase(run.warehouse, run.bucket, run.settings, request)
        assert done is not None
        dying = Deaths(run.settings).warehouse
        with pytest.raises(DiedError):
            finish(dying, run.bucket, run.settings, request, done, "a-run")
        finish(run.warehouse, run.bucket, run.settings, request, done, "a-run")
        yield run


def test_a_record_that_was_made_is_not_made_twice(erased: Pipeline) -> None:
    assert rows_of(erased, "erasures") == 1
    assert left(erased) == set()


def test_a_delivery_without_the_person_is_left_as_it_is(erased: Pipeline, tmp_path: Path) -> None:
    generate(tmp_path / "other", FEW_ORDERS, 6)
    again = Pipeline(erased.settings, Run(f"run-{uuid4().hex[:8]}", "2026-02-01"))
    uploaded = again._upload(str(tmp_path / "other"))
    before = {entry for record in uploaded for entry in again.bucket.generations(record.uri.split("/", 3)[3])}
    assert suppress(again.warehouse, again.bucket, again.settings, uploaded) == uploaded
    after = {entry for record in uploaded for entry in again.bucket.generations(record.uri.split("/", 3)[3])}
    assert after == before


def test_a_run_between_two_tries_does_not_bring_the_person_back_and_another_request_goes_on(
    loaded: Pipeline, delivery: Path
) -> None:
    settings = loaded.settings
    requests = [ask(loaded.bucket, witness.PERSON, "a test") for _ in range(2)]
    entered(loaded, requests[0])
    again = Pipeline(settings, Run(f"run-{uuid4().hex[:8]}", "2026-02-01"))
    again.load_raw(str(delivery))
    raw = [settings.dataset("raw")]
    assert witness.in_tables(loaded.warehouse, raw, witness.traces(settings)) == set()
    done = finished(loaded, requests[1])
    assert done.request == requests[0]
    assert left(loaded) == set()
    assert loaded.bucket.generations("erasures/") == []


@often
def test_a_suppression_that_dies_after_changes_comes_to_the_same_end(
    loaded: Pipeline, delivery: Path, every: int
) -> None:
    before, settings = counts(loaded), loaded.settings
    finished(loaded, ask(loaded.bucket, witness.PERSON, "a test"))
    again = Pipeline(settings, Run(f"run-{uuid4().hex[:8]}", "2026-02-01"))
    uploaded = [*again._upload(str(delivery)), again._fetch_rates(str(delivery))]
    deaths = Deaths(settings, every)
    tries_until_done(lambda: suppress(again.warehouse, deaths.bucket, settings, uploaded))
    assert deaths.changes > 11
    records = suppress(again.warehouse, again.bucket, settings, uploaded)
    load_all(again.warehouse, again.bucket, records, settings.dataset("raw"), settings.commit)
    assert left(loaded) == set()
    assert counts(loaded) == before


class Untouched(Bucket):
    """A bucket that nobody may look into."""

    def generations(self, prefix: str) -> list[Generation]:
        raise AssertionError(f"{prefix} was listed")

    def read(self, generation: Generation) -> Iterable[bytes]:  # type: ignore[override]
        raise AssertionError(f"{generation.name} was read")


def test_where_nobody_was_erased_no_object_is_looked_at(loaded: Pipeline) -> None:
    records = loaded.run.records
    assert suppress(loaded.warehouse, Untouched.connect(loaded.settings), loaded.settings, records) == records
