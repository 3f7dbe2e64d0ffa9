"""MERGE into a table that requires a partition filter works, and numRows is exact after DML."""

from __future__ import annotations

import contextvars
from typing import Any

from local_bigquery.catalog import tables
from local_bigquery.engine import database
from local_bigquery.errors import BigQueryError
from local_bigquery.jobs import merge
from local_bigquery.sql.rules import tables as rules

_merging = contextvars.ContextVar("merging", default=False)


def install() -> None:
    """Apply the patches."""
    run, check, load = merge.run, rules._check, tables.load

    def run_as_merge(*arguments: Any, **options: Any) -> Any:
        token = _merging.set(True)
        try:
            return run(*arguments, **options)
        finally:
            _merging.reset(token)

    def check_unless_merging(tree: Any, table: Any, is_target: Any) -> None:
        try:
            check(tree, table, is_target)
        except BigQueryError as error:
            if not (_merging.get() and "without a filter over column" in error.message):
                raise

    def load_with_exact_rows(project: str, dataset: str, table_id: str) -> Any:
        table = load(project, dataset, table_id)
        if table.type != "TABLE" or table.numRows == "0":
            return table
        [(rows,)] = database.fetch(f"SELECT count(*) FROM {tables.name(project, dataset, table_id)}")
        size = str(tables.logical_bytes(rows, len(tables.fields(table))))
        return table.replace(
            numRows=str(rows), numBytes=size, numTotalLogicalBytes=size, numActiveLogicalBytes=size
        )

    merge.run = run_as_merge
    rules._check = check_unless_merging
    tables.load = load_with_exact_rows
