"""Catalog look-ups from DuckLake's own tables: DuckDB's functions list every table and column at each call.

A query asks for its tables a dozen times, so this is most of the time that a small one takes.
"""

from __future__ import annotations

from typing import Any

import duckdb
from local_bigquery.catalog import names, tabledata, tables
from local_bigquery.engine import database, types
from local_bigquery.engine.database import quote
from local_bigquery.sql.rules import partitions

OBJECTS = """
    SELECT found.table_name, 'TABLE', coalesce(stats.record_count, 0)
    FROM {lake}.ducklake_table AS found
    JOIN {lake}.ducklake_schema AS place USING (schema_id)
    LEFT JOIN {lake}.ducklake_table_stats AS stats USING (table_id)
    WHERE place.schema_name = $1 AND found.table_name = coalesce($2, found.table_name)
        AND found.end_snapshot IS NULL AND place.end_snapshot IS NULL
    UNION ALL
    SELECT found.view_name, 'VIEW', 0
    FROM {lake}.ducklake_view AS found
    JOIN {lake}.ducklake_schema AS place USING (schema_id)
    WHERE place.schema_name = $1 AND found.view_name = coalesce($2, found.view_name)
        AND found.end_snapshot IS NULL AND place.end_snapshot IS NULL
    ORDER BY 1
"""
COLUMNS = """
    SELECT entry.column_name
    FROM {lake}.ducklake_column AS entry
    JOIN {lake}.ducklake_table AS found USING (table_id)
    JOIN {lake}.ducklake_schema AS place USING (schema_id)
    WHERE place.schema_name = $1 AND found.table_name = $2 AND {condition}
        AND entry.end_snapshot IS NULL AND found.end_snapshot IS NULL AND place.end_snapshot IS NULL
"""


def install() -> None:
    """Apply the patches."""
    objects, hidden = database.objects, partitions._hidden

    def objects_of_lake(project: str, dataset: str, table: str | None = None) -> list[tuple[str, str, int]]:
        if is_lake(project):
            return fetch(OBJECTS, project, [dataset, table])
        if table is None:
            return objects(project, dataset, table)  # type: ignore[no-any-return]
        return _result(quote(project, dataset, table), table)

    def columns_of_lake(project: str, dataset: str, table: str) -> list[object]:
        place = tables.physical(project, dataset, table)
        # The result of a query has no required columns.
        required = _columns("NOT entry.nulls_allowed", *place) if is_lake(place[0]) else []
        with database.cursor() as cursor:
            try:
                relation = cursor.sql(f"SELECT * FROM {tables.name(project, dataset, table)} LIMIT 0")
            except duckdb.CatalogException:
                raise tables.not_found("Table", names.label(project, dataset, table)) from None
            return [
                types.field(name, kind, (name,) in required)
                for name, kind in zip(relation.columns, relation.types, strict=True)
                if name != tables.INGESTION_TIME or dataset == tables.RESULTS
            ]

    def has_ingestion_time(table: object) -> bool:
        project, dataset, name = (getattr(table, part, "") for part in ("catalog", "db", "name"))
        if not is_lake(project):
            return hidden(table)  # type: ignore[no-any-return]
        return bool(_columns(f"entry.column_name = '{tables.INGESTION_TIME}'", project, dataset, name))

    database.objects = objects_of_lake
    tables.columns = tabledata.columns = columns_of_lake
    partitions._hidden = has_ingestion_time


def _result(path: str, table: str) -> list[tuple[str, str, int]]:
    try:
        [(rows,)] = database.fetch(f"SELECT count(*) FROM {path}")
    except duckdb.CatalogException:
        return []
    return [(table, "TABLE", rows)]


def is_lake(project: str) -> bool:
    """True for a project, whose tables DuckLake keeps; the rest is the emulator's own."""
    return project in database._attached


def _columns(condition: str, project: str, dataset: str, table: str) -> list[tuple[Any, ...]]:
    return fetch(COLUMNS.replace("{condition}", condition), project, [dataset, table])


def fetch(sql: str, project: str, parameters: list[str | None]) -> list[tuple[Any, ...]]:
    """Rows of DuckLake's own tables of a project, which `{lake}` stands for."""
    lake = quote(f"__ducklake_metadata_{project}")
    found: list[tuple[Any, ...]] = database.fetch(sql.replace("{lake}", lake), parameters)
    return found
