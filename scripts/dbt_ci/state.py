"""What main's datasets were built from, to tell what a pull request changes and to read the rest from there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud import bigquery

from scripts.contracts import parsed, project_at
from scripts.dbt_ci.datasets import MAIN, prefix_of
from scripts.dbt_ci.errors import UsageError

TARGET = "ci"
MANIFEST = "manifest.json"


def state_of(root: Path, base: str, scratch: Path) -> Path:
    """A folder with main's manifest, parsed from the commit `base`. Raises ProjectError.

    The environment must name main's datasets.
    """
    parsed(project_at(root, base, scratch / "checkout"), TARGET, scratch / "state")
    return scratch / "state"


def missing_tables(client: bigquery.Client, state: Path) -> list[str]:
    """Tables of the state that are not there. Raises UsageError for a state of other datasets than main's of CI."""
    expected: dict[str, set[str]] = {}
    for node in _relations(state):
        # What is not built is read from there, so a manifest of production would let CI read production.
        if not node["schema"].startswith(f"{prefix_of(MAIN)}_"):
            raise UsageError(
                f"{state} describes {node['schema']}, but CI reads {prefix_of(MAIN)}_* alone: "
                "give the folder that `make dbt-ci PR=main` wrote"
            )
        expected.setdefault(node["schema"], set()).add(node["alias"])
    return [
        f"{dataset}.{table}"
        for dataset, tables in sorted(expected.items())
        for table in sorted(tables - _tables(client, dataset))
    ]


def _relations(state: Path) -> list[dict[str, Any]]:
    try:
        nodes = json.loads((state / MANIFEST).read_text("utf-8"))["nodes"].values()
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{state} holds no {MANIFEST} of dbt ({type(error).__name__})") from None
    return [node for node in nodes if node["resource_type"] in ("model", "seed", "snapshot")]


def _tables(client: bigquery.Client, dataset: str) -> set[str]:
    try:
        return {entry.table_id for entry in client.list_tables(dataset)}
    except NotFound:
        return set()
