"""Every step in order on a small delivery, and what a bad one leaves untouched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from customer360.catalogue import source
from customer360.dbt_session import DbtError, DbtSession
from customer360.inspector import BadFileError
from customer360.settings import Settings
from customer360.steps.fetch_rates import fetch_rates, first_order_date
from customer360.steps.load import load
from customer360.steps.reconcile import Amount, Balance, ReconcileError, reconcile
from customer360.steps.transform import freshness
from customer360.storage import Bucket
from customer360.warehouse import Warehouse
from scripts.demo.pipeline import Pipeline, Run
from scripts.demo.summary import build_summary
from scripts.generate import generate
from scripts.sandbox import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

DAY = "2026-01-31"


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("data") / "delivery"
    generate(directory, 300, 7)
    return directory


@pytest.fixture(scope="module")
def dbt(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtSession]:
    target = tmp_path_factory.mktemp("target")
    before = os.environ.get("C360_DATASET_PREFIX")
    os.environ["C360_DATASET_PREFIX"] = settings.dataset_prefix
    with DbtSession(
        settings.dbt_directory.resolve(), "sandbox", target, target / "logs" / "dbt.out"
    ) as session:
        yield session
    if before is None:
        del os.environ["C360_DATASET_PREFIX"]
    else:
        os.environ["C360_DATASET_PREFIX"] = before


@pytest.fixture(scope="module")
def pipeline(settings: Settings, warehouse: Warehouse, delivery: Path, dbt: DbtSession) -> Pipeline:
    assert warehouse.client.project == settings.project  # its datasets are there
    done = Pipeline(settings, Run(f"run-{uuid4().hex[:8]}", DAY))
    done.execute(str(delivery), dbt)
    return done


def count(warehouse: Warehouse, table: str) -> int:
    [row] = warehouse.rows(f"select count(*) as n from {table}")
    return int(row["n"])


def test_every_row_and_every_cent_arrives(pipeline: Pipeline) -> None:
    assert len(pipeline.run.balances) == 11
    assert all(balance.is_even and balance.raw > 0 for balance in pipeline.run.balances)
    assert all(amount.is_even and amount.raw > 0 for amount in pipeline.run.amounts)


def test_the_summary_counts_rows_tests_and_seconds(pipeline: Pipeline) -> None:
    summary = build_summary(pipeline, 0, {})
    assert summary["rows"]["raw.orders"] == summary["rows"]["marts.fct_orders"] == 300
    assert summary["tests"]["passed"] > 30
    assert summary["tests"]["failed"] == 0
    assert summary["seconds"]["total"] == pytest.approx(
        sum(entry["seconds"] for entry in summary["timeline"]), abs=0.1
    )


def test_a_missing_row_is_named_by_reconcile(pipeline: Pipeline) -> None:
    short = [replace(record, rows=record.rows + 1) for record in pipeline.run.records]
    with pytest.raises(ReconcileError, match="table='sellers'"):
        reconcile(pipeline.warehouse, pipeline.settings, short)


def test_a_bad_file_stops_the_run_before_any_table_changes(
    pipeline: Pipeline, delivery: Path, dbt: DbtSession, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    shutil.copytree(delivery, bad)
    with (bad / source("orders").file).open("a") as file:
        file.write("short,row\n")
    raw = f"{pipeline.settings.dataset('raw')}.sellers"
    before = pipeline.warehouse.client.get_table(raw).modified
    with pytest.raises(BadFileError, match=r"olist_orders_dataset\.csv, row 301"):
        Pipeline(pipeline.settings, Run(f"run-{uuid4().hex[:8]}", DAY)).execute(str(bad), dbt)
    assert pipeline.warehouse.client.get_table(raw).modified == before


@pytest.mark.usefixtures("pipeline")
def test_raw_tables_are_fresh_after_a_run(dbt: DbtSession) -> None:
    assert freshness(dbt).failed == 0


def test_a_command_that_fails_says_what_failed(dbt: DbtSession) -> None:
    with pytest.raises(DbtError, match="dbt run failed"):
        dbt.run("run", "--select", "customer_contacts", "--vars", "not yaml: [")


def test_a_process_that_died_is_named(settings: Settings, tmp_path: Path) -> None:
    session = DbtSession(settings.dbt_directory, "sandbox", tmp_path, tmp_path / "logs" / "dbt.out")
    session._process.kill()
    session._process.wait()
    with pytest.raises(DbtError, match="ended by itself"):
        session.run("ls")
    session.close()


def test_rates_span_from_before_the_first_order_to_the_run(
    delivery: Path, bucket: Bucket, sandbox: Sandbox, run_id: str
) -> None:
    first = fetch_rates(bucket, str(delivery), sandbox.rates_url, run_id, "2018-12-31")
    assert fetch_rates(bucket, str(delivery), sandbox.rates_url, run_id, "2018-12-31") == first
    content = requests.get(f"{sandbox.storage_url}/{first.uri.removeprefix('gs://')}", timeout=5).text
    days = [date.fromisoformat(line[:10]) for line in content.splitlines()[1:]]
    assert len(days) == first.rows
    assert days[0] < first_order_date(str(delivery))
    assert days[-1] == date(2018, 12, 31)


def test_a_delivery_without_a_purchase_date_is_named(tmp_path: Path) -> None:
    orders = source("orders")
    (tmp_path / orders.file).write_text(",".join(orders.header) + "\na,b,c,never,e,f,g,h")
    with pytest.raises(BadFileError, match="order_purchase_timestamp"):
        first_order_date(str(tmp_path))


def test_uneven_balances_and_amounts_are_told_from_even_ones() -> None:
    assert Balance("orders", 3, 3, 2, 1).is_even
    assert not Balance("orders", 3, 3, 2, 0).is_even
    assert not Amount("price", 3, 2, 0).is_even  # type: ignore[arg-type]


def test_loading_again_in_the_same_run_changes_nothing(pipeline: Pipeline, bucket: Bucket) -> None:
    record = next(record for record in pipeline.run.records if record.table == "sellers")
    rows = load(
        pipeline.warehouse, bucket, record, pipeline.settings.dataset("raw"), pipeline.settings.commit
    )
    assert rows == count(pipeline.warehouse, f"{pipeline.settings.dataset('raw')}.sellers")
