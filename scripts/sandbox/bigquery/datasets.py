"""Datasets looked up in DuckLake's own tables: DuckDB's list of schemas looks through every table at each call."""

from __future__ import annotations

from typing import Any

from local_bigquery.catalog import datasets, metadata

from scripts.sandbox.bigquery.catalog import fetch, is_lake

DATASETS = """
    SELECT schema_name
    FROM {lake}.ducklake_schema
    WHERE schema_name = coalesce($1, schema_name) AND end_snapshot IS NULL
    ORDER BY 1
"""


def install() -> None:
    """Apply the patches."""
    exists, list_all = datasets.exists, datasets.list_

    def exists_in_lake(project: str, dataset: str) -> bool:
        if not is_lake(project):
            return exists(project, dataset)  # type: ignore[no-any-return]
        return bool(fetch(DATASETS, project, [dataset]))

    def list_of_lake(project: str, filter: str | None = None, all: bool = False) -> list[Any]:  # noqa: A002 - theirs
        if not is_lake(project):
            return list_all(project, filter, all)  # type: ignore[no-any-return]
        names = [name for (name,) in fetch(DATASETS, project, [None]) if name != "main"]
        shown = [(project, name) for name in names if all or not name.startswith("_")]
        return [found for found in metadata.existing(datasets.get, shown) if datasets._matches(found, filter)]

    datasets.exists = exists_in_lake
    datasets.list_ = list_of_lake
