"""Every step in order on a small delivery, and what a bad one leaves untouched."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from customer360 import tasks
from customer360.catalogue import RATES_TABLE, source, sources
from customer360.dbt_session import DbtError, DbtSession
from customer360.inspector import BadFileError
from customer360.manifest import record_name
from customer360.rates import RatesError
from customer360.settings import Settings
from customer360.steps.fetch_rates import fetch_rates, first_order_date
from customer360.steps.load import load
from customer360.steps.reconcile import WATCHED_MARTS, ReconcileError, reconcile
from customer360.steps.transform import freshness
from customer360.storage import Bucket, StoredObject
from customer360.warehouse import Warehouse
from scripts.demo.pipeline import Pipeline, Run
from scripts.demo.summary import build_summary
from scripts.generate import generate
from scripts.generate.spoil import Defect, spoil
from scripts.sandbox import Sandbox
from tests.baseline import DAY, ORDERS, Baseline
from tests.dags.steps import witness
from tests.job_history import refused, statements

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline, pytest.mark.slow]

Tables = dict[str, tuple[int, str]]

DELIVERED, REJECTED_ORDERS = ORDERS + len(witness.ORDERS), witness.ORDERS[2:]
# Few enough that one rejected row is above the threshold.
FEW_ORDERS = 60

STRUCTURAL = {
    "missing_file": "the file is missing in",
    "empty_file": "the file is empty",
    "header_only": "a header and no rows",
    "wrong_header": "another name here",
    "extra_column": "a column too many",
    "short_row": "values, not",
    "unclosed_quote": "a quote",
    "invalid_utf8": "bytes that are not UTF-8",
    "utf16": "UTF-16",
    "nul_bytes": "a NUL byte",
    "truncated_gzip": "the gzip file is cut off",
    "wrong_delimiter": "separated by ';'",
    "huge_field": "a value longer than",
}
WRONG_RATES = {
    "503": "run again later",
    "negative": "not a positive number",
    "nan": "NaN is no number",
    "wrong_base": "base is not BRL",
}
BROKEN_RULES = {
    "duplicate_keys": "order_id repeats",
    "orphan_rows": "order_id has no",
    "impossible_dates": "order_purchase_timestamp is not a valid timestamp",
    "non_numeric_money": "payment_value is not a valid numeric",
}
REMEDIES = ("Put it there", "Deliver", "Mend the row", "Export it", "The header must read")


@pytest.fixture(scope="module")
def delivery(baseline: Baseline) -> Path:
    return baseline.delivery


@pytest.fixture(scope="module")
def dbt(
    settings: Settings, baseline: Baseline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DbtSession]:
    target = baseline.dbt_target(tmp_path_factory.mktemp("target"))
    with DbtSession(
        settings.dbt_directory.resolve(), "sandbox", target, target / "logs" / "dbt.out"
    ) as session:
        yield session


@pytest.fixture(scope="module")
def pipeline(settings: Settings, baseline: Baseline) -> Pipeline:
    """The run that left the baseline."""
    return Pipeline(settings, baseline.run)


def count(warehouse: Warehouse, table: str) -> int:
    [row] = warehouse.rows(f"select count(*) as n from {table}")
    return int(row["n"])


def test_every_row_and_every_cent_arrives(pipeline: Pipeline) -> None:
    assert len(pipeline.run.balances) == 11
    assert all(balance.is_even and balance.raw > 0 for balance in pipeline.run.balances)
    assert all(amount.is_even and amount.raw > 0 for amount in pipeline.run.amounts)


@pytest.mark.usefixtures("pipeline")
def test_bigquery_takes_every_statement_of_the_steps(
    analyzer: Path, warehouse: Warehouse, settings: Settings
) -> None:
    asked = statements(warehouse, settings)
    assert any("fct_payments" in sql for sql in asked)
    assert refused(analyzer, warehouse, settings, asked) == ()


def test_the_summary_counts_rows_tests_and_seconds(pipeline: Pipeline) -> None:
    summary = build_summary(pipeline, 0, {})
    assert summary["rows"]["raw.orders"] == DELIVERED
    assert summary["rows"]["marts.fct_orders"] == DELIVERED - len(REJECTED_ORDERS)
    assert summary["tests"]["passed"] > 30
    assert summary["tests"]["failed"] == 0
    assert summary["seconds"]["total"] == pytest.approx(
        sum(entry["seconds"] for entry in summary["timeline"]), abs=0.1
    )


def test_what_came_out_even_is_told_to_statsd_by_names_of_layers_and_tables_alone(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        monkeypatch.setenv("C360_STATSD", f"127.0.0.1:{receiver.getsockname()[1]}")
        tasks.balance([asdict(record) for record in pipeline.run.records])
        receiver.settimeout(5)
        told = [receiver.recv(1000).decode() for _ in range(1 + 4 * 11 + len(WATCHED_MARTS))]
    assert told[0].startswith("customer_360_reconciled_at_seconds:")
    assert f"customer_360_rows:{DELIVERED}|g|#layer:delivered,table:orders" in told
    assert f"customer_360_rows:{len(REJECTED_ORDERS)}|g|#layer:quarantine,table:orders" in told
    assert f"customer_360_rows:{DELIVERED - len(REJECTED_ORDERS)}|g|#layer:marts,table:fct_orders" in told
    names = {line.rpartition("table:")[2] for line in told[1:]}
    assert names == {entry.table for entry in sources()} | set(WATCHED_MARTS)


def test_a_missing_row_is_named_by_reconcile(pipeline: Pipeline) -> None:
    short = [replace(record, rows=record.rows + 1) for record in pipeline.run.records]
    with pytest.raises(ReconcileError, match="table='sellers'"):
        reconcile(pipeline.warehouse, pipeline.settings, short)


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
    content = requests.get(f"{sandbox.storage_url}/{first.uri.removeprefix('gs://')}", timeout=5).text
    days = [date.fromisoformat(line[:10]) for line in content.splitlines()[1:]]
    assert len(days) == first.rows
    assert days[0] < first_order_date(str(delivery))
    assert days[-1] == date(2018, 12, 31)


def test_rates_that_come_with_the_delivery_are_uploaded_and_the_api_is_not_asked(
    bucket: Bucket, run_id: str, tmp_path: Path
) -> None:
    entry = source(RATES_TABLE)
    rows = ["2017-11-20,BRL,USD,0.30703", "2017-11-21,BRL,USD,0.30701"]
    (tmp_path / entry.file).write_text("\n".join([",".join(entry.header), *rows]) + "\n")
    record = fetch_rates(bucket, str(tmp_path), "http://127.0.0.1:1", run_id, DAY)
    assert (record.table, record.rows, record.source.endswith(entry.file)) == (RATES_TABLE, 2, True)


def test_delivered_rates_with_another_header_are_refused(bucket: Bucket, run_id: str, tmp_path: Path) -> None:
    (tmp_path / source(RATES_TABLE).file).write_text("day,rate\n2017-11-20,0.3\n")
    with pytest.raises(BadFileError, match="The header must read"):
        fetch_rates(bucket, str(tmp_path), "http://127.0.0.1:1", run_id, DAY)


class WriteOnly(Bucket):
    """A bucket as the uploader has it: creating is all that it may."""

    def read_json(self, name: str) -> dict[str, Any]:
        raise AssertionError(f"{name} was read")

    def describe(self, name: str) -> StoredObject | None:
        raise AssertionError(f"{name} was looked up")


def test_the_same_rates_again_are_the_same_object_and_none_is_read(
    delivery: Path, settings: Settings, sandbox: Sandbox, run_id: str
) -> None:
    bucket = WriteOnly.connect(settings)
    first = fetch_rates(bucket, str(delivery), sandbox.rates_url, run_id, "2018-12-31")
    assert fetch_rates(bucket, str(delivery), sandbox.rates_url, run_id, "2018-12-31") == first


def test_other_rates_in_the_same_run_are_another_object_with_a_record_of_its_own(
    delivery: Path, bucket: Bucket, sandbox: Sandbox, run_id: str
) -> None:
    records = [
        fetch_rates(bucket, str(delivery), sandbox.rates_url, run_id, f"2018-12-{day}") for day in (28, 31)
    ]
    assert records[0].uri != records[1].uri
    assert [bucket.read_json(record_name(record))["crc32c"] for record in records] == [
        record.crc32c for record in records
    ]
    for record in records:
        stored = bucket.describe(record.uri.removeprefix(f"gs://{bucket.name}/"))
        assert stored is not None
        assert stored.crc32c == record.crc32c


def test_loading_again_in_the_same_run_changes_nothing(pipeline: Pipeline, bucket: Bucket) -> None:
    record = next(record for record in pipeline.run.records if record.table == "sellers")
    rows = load(
        pipeline.warehouse, bucket, record, pipeline.settings.dataset("raw"), pipeline.settings.commit
    )
    assert rows == count(pipeline.warehouse, f"{pipeline.settings.dataset('raw')}.sellers")


def contents(pipeline: Pipeline, *layers: str) -> Tables:
    """Rows and a row of each table of the layers: another delivery gives others."""
    tables = [
        f"{table.dataset_id}.{table.table_id}"
        for layer in layers
        for table in pipeline.warehouse.client.list_tables(pipeline.settings.dataset(layer))
    ]
    counts = " union all ".join(
        f"select '{table}' as name, count(*) as n, max(to_json_string(t)) as top from {table} as t"
        for table in tables
    )
    return {row["name"]: (row["n"], row["top"]) for row in pipeline.warehouse.rows(counts)}


def run_again(pipeline: Pipeline, source: Path, dbt: DbtSession) -> None:
    Pipeline(pipeline.settings, Run(f"run-{uuid4().hex[:8]}", DAY)).execute(str(source), dbt)


@pytest.fixture(scope="module")
def next_delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next day's files, all of them other than the day's before."""
    directory = tmp_path_factory.mktemp("data") / "next"
    generate(directory, FEW_ORDERS, 8)
    return directory


def spoilt(delivery: Path, folder: Path, *defects: str) -> tuple[Path, list[Defect]]:
    """A copy of a delivery with defects, and where they are."""
    copy = shutil.copytree(delivery, folder / "-".join(defects))
    return copy, [spoil(copy, defect) for defect in defects]


def error_of(pipeline: Pipeline, source: Path, dbt: DbtSession) -> Exception:
    """The error that stops the run of a delivery."""
    try:
        run_again(pipeline, source, dbt)
    except (BadFileError, RatesError, DbtError) as error:
        return error
    raise AssertionError(f"the run of {source.name} was not stopped")


@dataclass(frozen=True)
class Stopped:
    """Runs that were stopped before the load: where each defect was, each run's error, and the tables around them."""

    defects: dict[str, Defect]
    errors: dict[str, Exception]
    before: Tables
    after: Tables


@pytest.fixture(scope="module")
def stopped(
    pipeline: Pipeline,
    dbt: DbtSession,
    next_delivery: Path,
    sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Stopped:
    folder = tmp_path_factory.mktemp("bad")
    layers = ("raw", "marts", "restricted")
    before, defects, errors = contents(pipeline, *layers), {}, {}
    for name in STRUCTURAL:
        bad, [defects[name]] = spoilt(next_delivery, folder, name)
        errors[name] = error_of(pipeline, bad, dbt)
    for mode in WRONG_RATES:
        fault = f"{sandbox.rates_url}/_fault"
        requests.post(fault, json={"mode": mode, "times": 50}, timeout=5)
        errors[mode] = error_of(pipeline, next_delivery, dbt)
        requests.post(fault, json={"mode": "none"}, timeout=5)
    return Stopped(defects, errors, before, contents(pipeline, *layers))


@pytest.mark.parametrize(("defect", "problem"), STRUCTURAL.items())
def test_a_file_that_cannot_be_taken_in_is_named_with_the_remedy(
    stopped: Stopped, defect: str, problem: str
) -> None:
    error, place = stopped.errors[defect], stopped.defects[defect]
    assert isinstance(error, BadFileError)
    assert problem in str(error)
    assert error.file == place.file
    assert place.row in (error.row, None)
    assert place.column in (error.column, None)
    assert str(error).split(". ")[-1].startswith(REMEDIES)


@pytest.mark.parametrize(("mode", "problem"), WRONG_RATES.items())
def test_rates_that_cannot_be_used_stop_the_run(stopped: Stopped, mode: str, problem: str) -> None:
    assert isinstance(stopped.errors[mode], RatesError)
    assert problem in str(stopped.errors[mode])


def test_no_table_changes_when_a_run_is_stopped_before_the_load(stopped: Stopped) -> None:
    assert stopped.after == stopped.before


@dataclass(frozen=True)
class Rejected:
    """A run of which too many rows broke a rule: what it said, and the marts around it."""

    defects: dict[str, Defect]
    message: str
    before: Tables
    after: Tables


@pytest.fixture(scope="module")
def rejected(
    pipeline: Pipeline, dbt: DbtSession, next_delivery: Path, tmp_path_factory: pytest.TempPathFactory
) -> Rejected:
    before = contents(pipeline, "marts", "restricted")
    bad, places = spoilt(next_delivery, tmp_path_factory.mktemp("bad"), *BROKEN_RULES)
    error = error_of(pipeline, bad, dbt)
    assert isinstance(error, DbtError)
    after = contents(pipeline, "marts", "restricted")
    return Rejected(dict(zip(BROKEN_RULES, places, strict=True)), str(error), before, after)


@pytest.mark.parametrize(("defect", "line"), BROKEN_RULES.items())
def test_too_many_rows_that_break_a_rule_are_named_by_key(rejected: Rejected, defect: str, line: str) -> None:
    lines = [
        entry
        for entry in rejected.message.splitlines()
        if f"{rejected.defects[defect].file}, {line}" in entry
    ]
    assert len(lines) == 1
    assert "one of them order_id=" in lines[0]


def test_too_many_rows_that_break_a_rule_stop_the_run_with_the_remedy(rejected: Rejected) -> None:
    assert "mend the file and deliver it again" in rejected.message


def test_rows_that_lack_a_parent_are_listed_after_the_rows_at_fault(rejected: Rejected) -> None:
    is_consequence = [
        "has no accepted row in" in line for line in rejected.message.splitlines() if " rows, " in line
    ]
    assert is_consequence == sorted(is_consequence)
    assert set(is_consequence) == {False, True}


def test_no_mart_changes_when_too_many_rows_break_a_rule(rejected: Rejected) -> None:
    assert rejected.after == rejected.before


def test_a_good_delivery_replaces_the_raw_tables(
    pipeline: Pipeline, delivery: Path, next_delivery: Path
) -> None:
    loaded = []
    for files in (delivery, next_delivery):
        Pipeline(pipeline.settings, Run(f"run-{uuid4().hex[:8]}", DAY)).load_raw(str(files))
        loaded.append(contents(pipeline, "raw"))
    before, after = loaded
    same = {table.split(".")[1] for table in after if after[table] == before[table]}
    assert same == {"product_category_name_translation", "exchange_rates"}
