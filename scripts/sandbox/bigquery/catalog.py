"""Catalog look-ups from DuckLake's own tables: DuckDB's functions list every table and column at each call.

A query asks for its tables a dozen times, so this is most of the time that a small one takes. Answers are kept until
the project changes: DuckLake numbers a snapshot with every change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
from local_bigquery.catalog import names, tabledata, tables
from local_bigquery.engine import database, types
from local_bigquery.engine.database import quote
from local_bigquery.sql.rules import partitions

SNAPSHOT = "SELECT max(snapshot_id) FROM {lake}.ducklake_snapshot"
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

LookUp = Callable[..., Any]


def of_snapshot(look_up: LookUp) -> LookUp:
    """Keep what a look-up in a project answers until the project's next snapshot."""
    kept: dict[str, tuple[int, dict[tuple[str | None, ...], Any]]] = {}

    def kept_or_looked_up(project: str, *arguments: str | None) -> Any:
        [(snapshot,)] = fetch(SNAPSHOT, project, [])
        if project not in kept or kept[project][0] != snapshot:
            kept[project] = snapshot, {}
        answers = kept[project][1]
        if arguments not in answers:
            answers[arguments] = look_up(project, *arguments)
        return answers[arguments]

    return kept_or_looked_up


def install() -> None:
    """Apply the patches."""
    objects, hidden = database.objects, partitions._hidden

    def objects_of_lake(project: str, dataset: str, table: str | None = None) -> list[tuple[str, str, int]]:
        if is_lake(project):
            return _objects(project, dataset, table)  # type: ignore[no-any-return]
        if table is None:
            return objects(project, dataset, table)  # type: ignore[no-any-return]
        return _result(quote(project, dataset, table), table)

    def columns_of_lake(project: str, dataset: str, table: str) -> list[object]:
        place = tables.physical(project, dataset, table)
        if is_lake(place[0]):
            return list(_fields(*place))
        # The result of a query has no required columns.
        return _read_fields(place, set(), names.label(project, dataset, table))

    def has_ingestion_time(table: object) -> bool:
        project, dataset, name = (getattr(table, part, "") for part in ("catalog", "db", "name"))
        if not is_lake(project):
            return hidden(table)  # type: ignore[no-any-return]
        return bool(_ingestion_time(project, dataset, name))

    database.objects = objects_of_lake
    tables.columns = tabledata.columns = columns_of_lake
    partitions._hidden = has_ingestion_time


_objects = of_snapshot(lambda project, dataset, table: fetch(OBJECTS, project, [dataset, table]))


@of_snapshot
def _ingestion_time(project: str, dataset: str, table: str) -> list[tuple[Any, ...]]:
    return _columns(f"entry.column_name = '{tables.INGESTION_TIME}'", project, dataset, table)


@of_snapshot
def _fields(project: str, dataset: str, table: str) -> list[object]:
    required = {name for (name,) in _columns("NOT entry.nulls_allowed", project, dataset, table)}
    return [
        field
        for field in _read_fields((project, dataset, table), required, names.label(project, dataset, table))
        if field.name != tables.INGESTION_TIME
    ]


def _read_fields(place: tuple[str, str, str], required: set[str], label: str) -> list[Any]:
    """The columns of a table as a query returns them. Raises BigQueryError where there is none, under its `label`."""
    with database.cursor() as cursor:
        try:
            relation = cursor.sql(f"SELECT * FROM {quote(*place)} LIMIT 0")
        except duckdb.CatalogException:
            raise tables.not_found("Table", label) from None
        return [
            types.field(name, kind, name in required)
            for name, kind in zip(relation.columns, relation.types, strict=True)
        ]


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
