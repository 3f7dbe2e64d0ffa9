"""A person is erased from a pipeline's every place, and stays so when the old files are delivered again."""

from __future__ import annotations

import getpass
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from customer360.catalogue import RATES_TABLE
from customer360.privacy import keyed_hash
from customer360.register import Register
from customer360.settings import LAYERS, Settings, SettingsError
from customer360.steps.erase import TRAIL, NoSuchPersonError, NoSuchRequestError, ask, erase
from customer360.steps.reconcile import amounts, balances
from customer360.storage import Bucket
from customer360.strangers import substitute
from customer360.warehouse import Warehouse
from scripts.demo.pipeline import Pipeline, Run
from scripts.erase import __main__ as command
from scripts.sandbox import Sandbox
from tests.baseline import Baseline
from tests.dags.steps import witness
from tests.job_history import refused, statements

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
NEXT_DAYS = ("2026-02-01", "2026-02-02")
AGGREGATES = """
    select
        purchase_month, dim_customers.state, count(*) as orders, sum(paid_brl) as paid, sum(total_brl) as total,
        sum(payment_count) as payments, sum(review_count) as reviews, round(avg(review_score), 6) as score
    from {marts}.fct_orders inner join {marts}.dim_customers using (customer_key)
    group by purchase_month, dim_customers.state order by 1, 2
"""


@dataclass
class World:
    """A delivery that was taken in on two days with the person, and what then becomes of it."""

    warehouse: Warehouse
    bucket: Bucket
    settings: Settings
    delivery: Path

    def load(self, day: str) -> Pipeline:
        """Take the same files in on another day, up to the raw tables."""
        done = Pipeline(self.settings, Run(f"run-{uuid4().hex[:8]}", day))
        done.load_raw(str(self.delivery))
        return done

    def erase(self) -> subprocess.CompletedProcess[str]:
        """What `make erase` runs."""
        return subprocess.run(
            [sys.executable, "-m", "scripts.erase"],
            cwd=ROOT,
            env={**os.environ, "PERSON": witness.PERSON},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def datasets(self) -> list[str]:
        return [self.settings.dataset(layer) for layer in LAYERS]

    @property
    def traces(self) -> list[str]:
        return witness.traces(self.settings)

    def aggregates(self) -> list[dict[str, Any]]:
        return self.warehouse.rows(AGGREGATES.format(marts=self.settings.dataset("marts")))

    def generations(self) -> set[Any]:
        return set(self.bucket.generations(""))

    def contents(self, *layers: str) -> dict[str, list[str]]:
        """Every row of every table of the layers, all of them when none is named."""
        tables = [
            f"{table.dataset_id}.{table.table_id}"
            for dataset in map(self.settings.dataset, layers or LAYERS)
            for table in self.warehouse.client.list_tables(dataset)
        ]
        return {table: witness.rows(self.warehouse, table) for table in tables}


@pytest.fixture(scope="module")
def world(settings: Settings, warehouse: Warehouse, bucket: Bucket, baseline: Baseline) -> World:
    """The baseline, the same files on another day, and an old generation of one object."""
    made = World(warehouse, bucket, settings, baseline.delivery)
    made.load(NEXT_DAYS[0])
    overwrite_one_object(bucket)
    return made


def overwrite_one_object(bucket: Bucket) -> None:
    """Leave an old generation with the person behind, as a careless copy would."""
    reviews = next(entry for entry in bucket.generations("olist/order_reviews/") if entry.is_live)
    content = b"".join(bucket.read(reviews))
    bucket.upload(reviews.name, [content], generation=reviews.number)


@dataclass
class Before:
    """What stood there before the erasure."""

    tables: set[str]
    objects: set[str]
    aggregates: list[dict[str, Any]]


@pytest.fixture(scope="module")
def before(world: World) -> Before:
    return Before(
        {
            table.partition(".")[2]
            for table in witness.in_tables(world.warehouse, world.datasets, world.traces)
        },
        witness.in_objects(world.bucket, world.traces),
        world.aggregates(),
    )


@pytest.fixture(scope="module")
def erased(world: World, before: Before) -> subprocess.CompletedProcess[str]:
    assert before.tables  # looked at while the person was there
    done = world.erase()
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@dataclass
class Standing:
    """Every row of every table, and every generation of every object, after the erasure."""

    tables: dict[str, list[str]]
    generations: set[Any]


@pytest.fixture(scope="module")
def standing(world: World, erased: subprocess.CompletedProcess[str]) -> Standing:
    assert erased.returncode == 0
    return Standing(world.contents(), world.generations())


def test_the_person_stands_in_every_layer_before(before: Before) -> None:
    """Else the scans below could not fail."""
    assert before.tables == {
        *("customers", "orders", "order_items", "order_payments", "order_reviews", "customer_pii"),
        *("stg_customers", "stg_orders", "stg_order_items", "stg_order_payments"),
        *("stg_order_reviews", "stg_customer_pii"),
        "quarantined_rows",
        *("int_person_keys", "int_order_keys", "int_customer_contacts", "int_customers_masked", "int_customers_scored"),
        "int_reviews_redacted",
        *("int_orders_enriched", "int_order_items_enriched", "int_payments_enriched", "int_reviews_enriched"),
        *("customer_360", "dim_customers", "fct_orders", "fct_order_items", "fct_payments", "fct_reviews"),
        "customer_segment_history",
        "customer_contacts",
    }  # fmt: skip
    assert len(before.objects) == 12


@pytest.mark.usefixtures("erased")
def test_no_cell_of_any_table_holds_anything_of_the_person(world: World) -> None:
    assert witness.in_tables(world.warehouse, world.datasets, world.traces) == set()


@pytest.mark.usefixtures("erased")
def test_no_byte_of_any_generation_of_an_object_holds_anything_of_the_person(
    world: World, sandbox: Sandbox
) -> None:
    assert witness.in_objects(world.bucket, world.traces) == set()
    assert witness.in_files(sandbox, world.bucket, world.traces) == set()


@pytest.mark.usefixtures("erased")
def test_no_old_generation_is_left_behind(world: World) -> None:
    assert [entry for entry in world.generations() if not entry.is_live] == []


@pytest.mark.usefixtures("erased")
def test_orders_money_and_scores_by_month_and_state_are_as_before(world: World, before: Before) -> None:
    assert world.aggregates() == before.aggregates


@pytest.mark.usefixtures("erased")
def test_neither_job_nor_label_nor_query_tells_the_person(world: World) -> None:
    history = repr([job.to_api_repr() for job in world.warehouse.client.list_jobs(max_results=5000)]).lower()
    assert "erasures.trail" in history
    assert [value for value in world.traces if value in history] == []


@pytest.mark.usefixtures("erased")
def test_bigquery_takes_every_statement(analyzer: Path, world: World) -> None:
    asked = statements(world.warehouse, world.settings)
    for beginning in ("delete from", "update", "select"):
        assert any(sql.startswith(beginning) for sql in asked)
    trail = {f"{world.settings.dataset('erasures')}.trail": TRAIL}
    assert refused(analyzer, world.warehouse, world.settings, asked, trail) == ()


@pytest.mark.usefixtures("erased")
def test_the_record_tells_what_was_done_and_nothing_of_the_person(world: World) -> None:
    [row] = world.warehouse.rows(f"select * from {world.settings.dataset('erasures')}.erasures")
    assert (row["asked_by"], row["objects"], row["generations"]) == (getpass.getuser(), 12, 13)
    assert json.loads(row["rows_by_table"]) == {
        "customer_segment_history": 1,
        "order_items": 2,
        "order_payments": 2,
        "order_reviews": 2,
        "customer_pii": 2,
        "orders": 3,
        "customers": 3,
    }


def test_the_command_tells_nothing_of_the_person(
    world: World, erased: subprocess.CompletedProcess[str]
) -> None:
    told = (erased.stdout + erased.stderr).lower()
    assert "12 objects rewritten" in told
    assert [value for value in world.traces if value in told] == []


@pytest.mark.usefixtures("erased")
def test_the_rows_of_others_stand_in_the_objects_as_delivered(world: World) -> None:
    objects = [entry for entry in world.bucket.generations("olist/order_reviews/") if entry.is_live]
    delivered = (world.delivery / "olist_order_reviews_dataset.csv").read_bytes()
    others = delivered.partition(witness.REVIEWS[0].encode())[0]
    assert all(b"".join(world.bucket.read(entry)).startswith(others) for entry in objects)


@pytest.fixture(scope="module")
def refusals(standing: Standing) -> dict[str, tuple[int, str]]:
    """The exit code and output of the command for a person who was erased before, and for an unknown person."""
    assert standing.generations  # looked at before
    said = {}
    for name, person in (("erased", witness.PERSON), ("unknown", "f" * 32)):
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as output:
            patch.setenv("PERSON", person)
            patch.setattr(sys, "argv", ["erase"])
            said[name] = command.main(), output.getvalue()
    return said


def test_a_second_time_the_command_says_that_the_person_was_erased(
    refusals: dict[str, tuple[int, str]],
) -> None:
    code, said = refusals["erased"]
    assert (code, "this person was erased before; nothing changed" in said) == (0, True)


def test_somebody_unknown_is_refused(refusals: dict[str, tuple[int, str]]) -> None:
    code, said = refusals["unknown"]
    assert (code, "no such person; nothing changed" in said) == (2, True)


@pytest.mark.usefixtures("refusals")
def test_neither_of_both_changes_anything(world: World, standing: Standing) -> None:
    assert Standing(world.contents(), world.generations()) == standing


def test_a_request_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(NoSuchRequestError, match="no request 20260101t000000-0 is there"):
        erase(world.warehouse, world.bucket, world.settings, "20260101t000000-0")


def test_a_request_that_names_nobody_is_refused(world: World) -> None:
    with pytest.raises(NoSuchPersonError, match="names nobody; nothing changed"):
        erase(world.warehouse, world.bucket, world.settings, ask(world.bucket, " ", "a test"))


@pytest.mark.usefixtures("erased")
def test_another_key_than_the_register_s_stops_the_run(world: World) -> None:
    other = replace(world.settings, erasure_key=os.urandom(32))
    with pytest.raises(SettingsError, match="it is never rotated"):
        Register(world.warehouse, other).entries()


def delivered_tables(world: World) -> dict[str, list[str]]:
    """The raw tables but for the rates, of which every day has one more."""
    return {table: rows for table, rows in world.contents("raw").items() if RATES_TABLE not in table}


@pytest.mark.usefixtures("erased")
def test_the_old_files_do_not_bring_the_person_back(world: World, sandbox: Sandbox) -> None:
    # The pseudonymous ids are the same every day, so the raw tables are equal, and the marts that dbt builds from them.
    before = delivered_tables(world)
    done = world.load(NEXT_DAYS[1])
    assert witness.in_tables(world.warehouse, world.datasets, world.traces) == set()
    assert witness.in_files(sandbox, world.bucket, world.traces) == set()
    assert delivered_tables(world) == before
    delivered = [record for record in done.run.records if record.table != RATES_TABLE]
    assert all(entry.is_even for entry in balances(world.warehouse, world.settings, delivered))
    assert all(entry.is_even for entry in amounts(world.warehouse, world.settings))


@pytest.mark.usefixtures("erased")
def test_the_warehouse_substitutes_as_the_objects_do(world: World) -> None:
    person = keyed_hash(world.settings.erasure_key, witness.PERSON)
    salt = Register(world.warehouse, world.settings).entries()[person].salt
    [row] = world.warehouse.rows(
        f"select count(*) as n from {world.settings.dataset('raw')}.orders "
        f"where order_id in ({', '.join(repr(substitute(salt, order)) for order in witness.ORDERS)})"
    )
    assert row["n"] == len(witness.ORDERS)
