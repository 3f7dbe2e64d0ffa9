"""The rows of every mart as they stand, and where two states of them differ."""

from __future__ import annotations

import json
from collections.abc import Mapping

from google.cloud import bigquery

DATASETS = ("olist_marts", "olist_restricted")
# A snapshot keeps when it saw a change, so that two of them never agree.
SNAPSHOTS = ("customer_segment_history",)

Contents = Mapping[str, list[str]]


def contents(client: bigquery.Client) -> Contents:
    """Every row of every table as JSON, by table, in a fixed order; snapshots are left out."""
    tables = [
        f"{dataset}.{table.table_id}"
        for dataset in DATASETS
        for table in client.list_tables(dataset)
        if table.table_id not in SNAPSHOTS
    ]
    return {table: _rows(client, table) for table in tables}


def _rows(client: bigquery.Client, table: str) -> list[str]:
    found = client.query(f"select to_json_string(entry) as line from {table} as entry").result()
    return sorted(row["line"] for row in found)


def differences(expected: Contents, found: Contents) -> dict[str, list[str]]:
    """Columns that differ, by table; no value, as the restricted marts hold persons."""
    return {
        table: _columns(expected.get(table, []), found.get(table, []))
        for table in sorted(expected.keys() | found.keys())
        if expected.get(table) != found.get(table)
    }


def _columns(expected: list[str], found: list[str]) -> list[str]:
    if len(expected) != len(found):
        return [f"{len(found)} rows, not {len(expected)}"]
    pairs = [(json.loads(one), json.loads(other)) for one, other in zip(expected, found, strict=True)]
    return sorted({name for one, other in pairs for name in one if one[name] != other.get(name)})
