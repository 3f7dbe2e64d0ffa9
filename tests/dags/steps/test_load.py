"""The load step: raw tables are replaced whole, or left as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from google.cloud.bigquery import LoadJob

from customer360.catalogue import source
from customer360.manifest import Record
from customer360.settings import Settings
from customer360.steps.load import load, load_all
from customer360.steps.upload import upload
from customer360.storage import Bucket, ForeignObjectError
from customer360.warehouse import LoadError, Warehouse

pytestmark = pytest.mark.sandbox

SELLERS = source("sellers")


@pytest.fixture
def record(bucket: Bucket, sellers: Path, run_id: str) -> Record:
    return upload(bucket, SELLERS, str(sellers), run_id, "2026-01-31")


def count(warehouse: Warehouse, settings: Settings) -> int:
    [row] = warehouse.rows(f"select count(*) as n from {settings.dataset('raw')}.sellers")
    return int(row["n"])


def test_every_column_is_a_string_as_delivered(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, record: Record
) -> None:
    assert load_all(warehouse, bucket, [record], settings.dataset("raw"), "abc") == {"sellers": 500}
    table = warehouse.client.get_table(f"{settings.dataset('raw')}.sellers")
    assert [(field.name, field.field_type) for field in table.schema] == [
        (n, "STRING") for n in SELLERS.header
    ]
    sql = f"select seller_zip_code_prefix as zip from {settings.dataset('raw')}.sellers order by seller_id limit 1"
    assert warehouse.rows(sql) == [{"zip": "00001"}]


def test_a_retry_finds_its_own_job(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, record: Record
) -> None:
    load(warehouse, bucket, record, settings.dataset("raw"), "abc")
    jobs = {job.job_id for job in warehouse.client.list_jobs(max_results=1000)}
    assert load(warehouse, bucket, record, settings.dataset("raw"), "abc") == 500
    assert {job.job_id for job in warehouse.client.list_jobs(max_results=1000)} == jobs


def test_a_job_carries_labels_that_trace_it(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, record: Record
) -> None:
    load(warehouse, bucket, record, settings.dataset("raw"), "ABC")
    [job] = [job for job in warehouse.client.list_jobs(max_results=1000) if record.run_id in job.job_id]
    assert (job.labels["table"], job.labels["commit"], job.labels["run_id"]) == (
        "sellers",
        "abc",
        record.run_id,
    )


@pytest.mark.parametrize("is_multiline", [True, False])
def test_only_a_file_whose_values_hold_line_ends_is_read_by_one_machine(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, record: Record, run_id: str, is_multiline: bool
) -> None:
    told = replace(record, is_multiline=is_multiline, run_id=f"{run_id}-{is_multiline}")
    load(warehouse, bucket, told, settings.dataset("raw"), "abc")
    [job] = [
        job
        for job in warehouse.client.list_jobs(max_results=1000)
        if isinstance(job, LoadJob) and told.run_id in job.job_id
    ]
    assert job.allow_quoted_newlines is is_multiline


def test_an_object_that_is_not_the_delivered_file_is_refused(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, record: Record
) -> None:
    with pytest.raises(ForeignObjectError, match="not the file that was delivered"):
        load(warehouse, bucket, replace(record, crc32c="AAAAAA=="), settings.dataset("raw"), "abc")


def test_a_file_that_the_warehouse_refuses_leaves_the_table_and_shows_no_value(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, record: Record, run_id: str
) -> None:
    load(warehouse, bucket, record, settings.dataset("raw"), "abc")
    uri = bucket.upload(f"{run_id}-bad", [b"a,b,c,d\nsecret,row\n"]).uri
    with pytest.raises(LoadError, match="the table is as it was") as caught:
        warehouse.replace_from_csv(
            f"{settings.dataset('raw')}.sellers", SELLERS.header, uri, f"bad-{run_id}", {}
        )
    assert "secret" not in str(caught.value)
    assert count(warehouse, settings) == 500


def test_a_retry_after_a_failed_job_runs_a_new_one(
    warehouse: Warehouse, bucket: Bucket, settings: Settings, record: Record, run_id: str
) -> None:
    table = f"{settings.dataset('raw')}.sellers"
    bad = bucket.upload(f"{run_id}-bad", [b"a,b,c,d\nx,row\n"]).uri
    with pytest.raises(LoadError):
        warehouse.replace_from_csv(table, SELLERS.header, bad, f"again-{run_id}", {})
    assert warehouse.replace_from_csv(table, SELLERS.header, record.uri, f"again-{run_id}", {}) == 500
