"""Rotation of the hash keys, with a reader who joins all the time; then no old hash is left anywhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from customer360.dbt_session import DbtSession
from customer360.settings import LAYERS, Settings
from customer360.steps.load_keys import stored_keys, wanted_keys
from customer360.steps.rotate import is_rotating, prepare_keys, replace_rows
from customer360.steps.transform import transform
from customer360.warehouse import Warehouse
from tests.baseline import Baseline
from tests.job_history import refused, statements

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline]

ROWS = 2000
PAUSE_SECONDS = 0.05  # between two questions of a reader, which would else keep the emulator busy
LONG_PAUSE_SECONDS = 0.5  # where it reads through two whole builds
HASHES = {
    "intermediate.int_person_keys": ("customer_key", "contact_key"),
    "intermediate.int_order_keys": ("order_key",),
    "marts.dim_customers": ("email_hash", "phone_hash"),
    "marts.fct_reviews": ("order_review_key",),
    "marts.customer_segment_history": ("dbt_scd_id",),
}


@dataclass
class Reader:
    """Somebody who asks one question again and again; the answers."""

    warehouse: Warehouse
    sql: str
    pause: float = PAUSE_SECONDS
    answers: list[tuple[object, ...]] = field(default_factory=list)

    @contextmanager
    def reading(self) -> Iterator[None]:
        stopped, asked = threading.Event(), threading.Event()

        def read() -> None:
            while not stopped.is_set():
                self.answers.extend(tuple(row.values()) for row in self.warehouse.rows(self.sql))
                asked.set()
                stopped.wait(self.pause)

        thread = threading.Thread(target=read)
        thread.start()
        try:
            assert asked.wait(60)
            yield
            asked.clear()
            assert asked.wait(60)
            asked.clear()  # an answer that began after the block
            assert asked.wait(60)
        finally:
            stopped.set()
            thread.join()


@pytest.fixture
def pair(warehouse: Warehouse, settings: Settings) -> tuple[list[str], Reader]:
    """Two tables that join on a key, what is to take their place, and who reads them."""
    tables = [f"{settings.dataset('marts')}.{name}" for name in ("left_one", "right_one")]
    for table in tables:
        for suffix, first in (("", 0), ("__next", ROWS)):
            numbers = f"unnest(generate_array({first + 1}, {first + ROWS})) as key"
            warehouse.rows(f"create or replace table {table}{suffix} as select key from {numbers}")
    left, right = tables
    counts = "count(*) as left_rows, count(others.key) as joined, min(ones.key) as first"
    reader = Reader(
        Warehouse.connect(settings),
        f"select {counts} from {left} as ones left join {right} as others on ones.key = others.key",
    )
    return tables, reader


def test_a_reader_joins_the_old_rows_or_the_new_ones_and_never_both(
    warehouse: Warehouse, pair: tuple[list[str], Reader]
) -> None:
    tables, reader = pair
    with reader.reading():
        replace_rows(warehouse, tables)
    assert set(reader.answers) == {(ROWS, ROWS, 1), (ROWS, ROWS, ROWS + 1)}


def test_table_after_table_a_reader_would_have_joined_both(
    warehouse: Warehouse, pair: tuple[list[str], Reader]
) -> None:
    tables, reader = pair
    with reader.reading():
        for table in tables:
            replace_rows(warehouse, [table])
            seen = len(reader.answers)
            while len(reader.answers) < seen + 2:
                time.sleep(PAUSE_SECONDS)
    assert (ROWS, 0, ROWS + 1) in reader.answers


def test_a_replacement_that_fails_changes_no_table(
    warehouse: Warehouse, pair: tuple[list[str], Reader]
) -> None:
    (left, right), reader = pair
    warehouse.rows(f"create or replace table {right}__next as select 1 as another_column")
    with pytest.raises(Exception, match="another_column"):
        replace_rows(warehouse, [left, right])
    assert [tuple(row.values()) for row in warehouse.rows(reader.sql)] == [(ROWS, ROWS, 1)]


@dataclass(frozen=True)
class Rotation:
    """What was there before, and what a reader saw meanwhile."""

    before: Settings
    after: Settings
    old_hashes: set[str]
    history: int
    untouched_until_the_end: bool
    answers: list[tuple[object, ...]]


@pytest.fixture(scope="module")
def rotation(
    warehouse: Warehouse,
    settings: Settings,
    baseline: Baseline,
    tmp_path_factory: pytest.TempPathFactory,
) -> Rotation:
    """A run with other keys after the baseline's, while a reader joins orders to customers."""
    target = baseline.dbt_target(tmp_path_factory.mktemp("target"))
    before = replace(settings, dbt_target_path=target)
    after = replace(before, hash_key=b"h" * 32, contact_key=b"c" * 32, hash_key_version="2")
    old = hashes(warehouse, settings)
    marts = settings.dataset("marts")
    reader = Reader(
        Warehouse.connect(settings),
        "select count(*) as orders, count(customers.customer_key) as joined, "
        "max(customers.key_version) as version "
        f"from {marts}.fct_orders as orders "
        f"left join {marts}.dim_customers as customers on orders.customer_key = customers.customer_key",
        LONG_PAUSE_SECONDS,
    )
    history = count(warehouse, f"{marts}.customer_segment_history")
    with reader.reading():
        transform(after, "intermediate")
        is_untouched = hashes(warehouse, settings) == old
        is_untouched &= stored_keys(warehouse, after) == wanted_keys(before)
        transform(after, "marts")
    return Rotation(before, after, old, history, is_untouched, reader.answers)


def hashes(warehouse: Warehouse, settings: Settings) -> set[str]:
    """Every keyed hash, and what is made of one, at the places where each stands first."""
    found: set[str] = set()
    for table, columns in HASHES.items():
        layer, _, name = table.partition(".")
        for row in warehouse.rows(f"select {', '.join(columns)} from {settings.dataset(layer)}.{name}"):
            found |= {value for value in row.values() if value is not None}
    return found


def count(warehouse: Warehouse, table: str) -> int:
    return int(warehouse.rows(f"select count(*) as number from {table}")[0]["number"])


@pytest.mark.slow
def test_no_reader_joins_hashes_of_two_keys(rotation: Rotation) -> None:
    orders = {answer[0] for answer in rotation.answers}
    assert len(orders) == 1
    assert set(rotation.answers) == {(*orders, *orders, version) for version in ("1", "2")}


@pytest.mark.slow
def test_until_the_end_nothing_that_is_read_changes(rotation: Rotation) -> None:
    assert rotation.untouched_until_the_end


@pytest.mark.slow
def test_afterwards_no_table_holds_an_old_hash(
    rotation: Rotation, warehouse: Warehouse, settings: Settings
) -> None:
    assert len(rotation.old_hashes) > 300
    found = {
        f"{layer}.{entry.table_id}"
        for layer in LAYERS
        for entry in warehouse.client.list_tables(settings.dataset(layer))
        for row in warehouse.rows(f"select * from {settings.dataset(layer)}.{entry.table_id}")
        if not rotation.old_hashes.isdisjoint(value for value in row.values() if isinstance(value, str))
    }
    assert found == set()


@pytest.mark.slow
def test_afterwards_the_new_keys_are_the_only_ones(
    rotation: Rotation, warehouse: Warehouse, settings: Settings
) -> None:
    assert stored_keys(warehouse, settings) == wanted_keys(rotation.after)
    assert [entry.table_id for entry in warehouse.client.list_tables(settings.dataset("keys"))] == [
        "hash_keys"
    ]


@pytest.mark.slow
def test_a_second_rotation_to_the_same_keys_is_none(
    rotation: Rotation, warehouse: Warehouse, settings: Settings
) -> None:
    assert not prepare_keys(warehouse, rotation.after)
    assert not is_rotating(warehouse, rotation.after)
    assert stored_keys(warehouse, settings) == wanted_keys(rotation.after)


@pytest.mark.slow
def test_the_history_goes_on_under_the_new_keys(
    rotation: Rotation, warehouse: Warehouse, settings: Settings
) -> None:
    marts = settings.dataset("marts")
    known = f"customer_key in (select customer_key from {marts}.dim_customers)"
    assert count(warehouse, f"{marts}.customer_segment_history where {known}") == rotation.history

    with DbtSession(
        settings.dbt_directory.resolve(), settings.dbt_target, rotation.before.dbt_target_path
    ) as dbt:
        dbt.run("snapshot")

    assert count(warehouse, f"{marts}.customer_segment_history") == rotation.history


@pytest.mark.slow
@pytest.mark.usefixtures("rotation")
def test_bigquery_takes_every_statement(analyzer: Path, warehouse: Warehouse, settings: Settings) -> None:
    asked = statements(warehouse, settings)
    for beginning in ("delete from", "insert into", "create or replace table"):
        assert any(sql.startswith(beginning) for sql in asked)
    assert refused(analyzer, warehouse, settings, asked) == ()
