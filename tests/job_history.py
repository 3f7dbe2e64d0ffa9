"""What was asked of BigQuery, put before Google's own analyzer: the emulator takes more than BigQuery does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from google.cloud import bigquery

from customer360.settings import LAYERS, Settings
from customer360.steps.rotate import SUFFIX
from customer360.warehouse import Warehouse
from scripts.lint_sql.analyzer import Problem, Query, Table, analyze

DBT = "/* {"  # how each query of dbt begins; make lint-sql checks those
TRANSACTION = ("begin transaction", "commit transaction")
# Names of types that the API still calls as it once did.
TYPES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}

# As far as it is asked for: cloud.google.com/bigquery/docs/information-schema-columns
COLUMNS = (
    bigquery.SchemaField("table_name", "STRING"),
    bigquery.SchemaField("column_name", "STRING"),
    bigquery.SchemaField("ordinal_position", "INTEGER"),
    bigquery.SchemaField("data_type", "STRING"),
)

Dropped = Mapping[str, Sequence[bigquery.SchemaField]]


def statements(warehouse: Warehouse, settings: Settings) -> list[str]:
    """Every statement of the steps in the job history of these settings' datasets, each once."""
    own = tuple(f"{settings.dataset(layer)}." for layer in LAYERS)
    asked = {
        job.query
        for job in warehouse.client.list_jobs(max_results=5000)
        if isinstance(job, bigquery.QueryJob) and not job.error_result
        if not job.query.startswith(DBT) and any(dataset in job.query for dataset in own)
    }
    parts = {part.strip() for query in asked for part in query.split(";\n")}
    return sorted(parts - {*TRANSACTION, ""})


def refused(
    program: Path,
    warehouse: Warehouse,
    settings: Settings,
    asked: Sequence[str],
    dropped: Dropped | None = None,
) -> tuple[Problem, ...]:
    """What BigQuery would refuse of some statements; `dropped`: tables `dataset.name` that are gone by now."""
    tables = [
        *_tables(warehouse, settings),
        *(_table(name, schema) for name, schema in (dropped or {}).items()),
    ]
    return analyze(program, tables, [Query(sql, sql) for sql in asked])


def _tables(warehouse: Warehouse, settings: Settings) -> Iterator[Table]:
    for dataset in map(settings.dataset, LAYERS):
        yield _table(f"{dataset}.INFORMATION_SCHEMA.COLUMNS", COLUMNS)
        for entry in warehouse.client.list_tables(dataset):
            schema = warehouse.client.get_table(entry.reference).schema
            yield _table(f"{dataset}.{entry.table_id}", schema)
            yield _table(f"{dataset}.{entry.table_id}{SUFFIX}", schema)


def _table(name: str, schema: Sequence[bigquery.SchemaField]) -> Table:
    columns = tuple({"name": field.name, "type": _type(field)} for field in schema)
    return Table(tuple(name.split(".")), columns)


def _type(field: bigquery.SchemaField) -> str:
    name = TYPES.get(field.field_type, field.field_type)
    return f"ARRAY<{name}>" if field.mode == "REPEATED" else name
