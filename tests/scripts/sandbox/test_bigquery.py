"""Each behaviour that the sandbox adds to its BigQuery emulator, through the real client."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud import bigquery
from google.cloud.bigquery import SchemaField

from customer360.settings import Settings
from customer360.warehouse import Warehouse

pytestmark = pytest.mark.sandbox

Run = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def client(warehouse: Warehouse) -> bigquery.Client:
    return warehouse.client


@pytest.fixture
def dataset(settings: Settings) -> str:
    return settings.dataset("staging")


@pytest.fixture
def run(client: bigquery.Client) -> Run:
    return lambda sql: [tuple(row.values()) for row in client.query(sql).result()]


def load(client: bigquery.Client, table: str, text: str, **options: object) -> bigquery.LoadJob:
    schema = options.pop("schema", [SchemaField("id", "INT64"), SchemaField("name", "STRING")])
    config = bigquery.LoadJobConfig(schema=schema, source_format="CSV", **options)
    job = client.load_table_from_file(io.BytesIO(text.encode()), table, job_config=config)
    job.result()
    return job


def test_a_created_table_is_named_as_the_jobs_destination(client: bigquery.Client, dataset: str) -> None:
    job = client.query(f"create or replace table {dataset}.made as select 1 as id")
    assert list(job.result()) == []
    assert job.destination.table_id == "made"


def test_a_grant_can_be_read_and_revoked(run: Run, dataset: str) -> None:
    run(f"create or replace table {dataset}.granted as select 1 as id")
    role, who = "`roles/bigquery.dataViewer`", '"group:analysts@example.com"'
    privileges = (
        f"select privilege_type, grantee from {dataset}.INFORMATION_SCHEMA.OBJECT_PRIVILEGES "
        "where object_name = 'granted'"
    )
    run(f"grant {role} on table {dataset}.granted to {who}")
    assert run(privileges) == [("roles/bigquery.dataViewer", "group:analysts@example.com")]
    run(f"revoke {role} on table {dataset}.granted from {who}")
    assert run(privileges) == []


def test_a_grant_on_a_dataset_becomes_an_access_entry(
    client: bigquery.Client, run: Run, dataset: str
) -> None:
    run(f'grant `roles/bigquery.dataViewer` on schema {dataset} to "group:analysts@example.com"')
    assert "analysts@example.com" in [entry.entity_id for entry in client.get_dataset(dataset).access_entries]


def test_a_quoted_empty_value_is_not_null(client: bigquery.Client, run: Run, dataset: str) -> None:
    load(client, f"{dataset}.quoted", '1,""\n2,\n')
    assert run(f"select id, name is null from {dataset}.quoted order by id") == [(1, False), (2, True)]


def test_a_missing_required_value_is_refused(client: bigquery.Client, dataset: str) -> None:
    schema = [SchemaField("id", "INT64"), SchemaField("name", "STRING", mode="REQUIRED")]
    with pytest.raises(BadRequest, match="Rows: 2; errors: 1"):
        load(client, f"{dataset}.strict", "1,a\n2,\n", schema=schema)


def test_a_failed_replacement_leaves_the_old_rows(client: bigquery.Client, run: Run, dataset: str) -> None:
    load(client, f"{dataset}.kept", "1,a\n")
    with pytest.raises(BadRequest):
        load(client, f"{dataset}.kept", "no number,b\n", write_disposition="WRITE_TRUNCATE")
    assert run(f"select id from {dataset}.kept") == [(1,)]


def test_an_object_that_is_not_there_is_not_found(client: bigquery.Client, dataset: str) -> None:
    config = bigquery.LoadJobConfig(schema=[SchemaField("id", "INT64")], source_format="CSV")
    with pytest.raises(NotFound):
        client.load_table_from_uri(
            "gs://customer-360-raw/nowhere.csv", f"{dataset}.lost", job_config=config
        ).result()


def test_a_partition_decorator_replaces_one_partition(
    client: bigquery.Client, run: Run, dataset: str
) -> None:
    for name, value in (("days", 1), ("news", 2)):
        run(
            f"create or replace table {dataset}.{name} partition by day as "
            f"select day, {value} as value from unnest([date '2018-01-01', date '2018-01-02']) as day"
        )
    config = bigquery.CopyJobConfig(write_disposition="WRITE_TRUNCATE")
    job = client.copy_table(f"{dataset}.news$20180102", f"{dataset}.days$20180102", job_config=config)
    job.result()
    assert run(f"select value from {dataset}.days order by day") == [(1,), (2,)]


def test_a_script_sets_several_variables_from_one_row(run: Run) -> None:
    script = "declare a, b int64; set (a, b) = (select as struct 1 as a, 2 as b); select a + b"
    assert run(script) == [(3,)]


def test_a_merge_into_a_table_that_requires_a_filter_works(
    client: bigquery.Client, run: Run, dataset: str
) -> None:
    run(
        f"create or replace table {dataset}.guarded partition by day options (require_partition_filter = true) "
        "as select date '2018-01-01' as day, 1 as id"
    )
    run(
        f"merge {dataset}.guarded as t using (select date '2018-01-02' as day, 2 as id) as s on t.id = s.id "
        "when not matched then insert (day, id) values (day, id)"
    )
    assert client.get_table(f"{dataset}.guarded").num_rows == 2


def test_jobs_have_the_columns_of_cost(run: Run) -> None:
    sql = "select total_bytes_billed, total_slot_ms from `region-us`.INFORMATION_SCHEMA.JOBS limit 1"
    assert run(sql) == [(0, 0)]
