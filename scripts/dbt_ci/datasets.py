"""The datasets of a pull request: made with an expiry, and dropped by their exact prefix."""

from __future__ import annotations

import re
from datetime import timedelta

from google.cloud import bigquery

from customer360.settings import LAYERS
from customer360.warehouse import label
from scripts.dbt_ci.errors import UsageError

MAIN = "main"
NAME = re.compile(r"[1-9][0-9]*|main")
# Main's are Terraform's, which gives them the same 30 days (terraform/bigquery.tf).
EXPIRY = timedelta(days=1)
EXPIRY_OF_MAIN = timedelta(days=30)


def prefix_of(name: str) -> str:
    """The prefix of a pull request's datasets, or of main's. Raises UsageError for another name."""
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is neither the number of a pull request nor main: PR=123")
    return f"olist_ci_{name}"


def create(client: bigquery.Client, name: str, commit: str, location: str) -> None:
    """Make the datasets that are absent; whatever is written to them expires."""
    for layer in LAYERS:
        dataset = bigquery.Dataset(f"{client.project}.{prefix_of(name)}_{layer}")
        dataset.location = location
        dataset.labels = {"layer": layer, "personal": "false", "pr": name, "commit": label(commit)}
        expiry = EXPIRY_OF_MAIN if name == MAIN else EXPIRY
        dataset.default_table_expiration_ms = int(expiry / timedelta(milliseconds=1))
        client.create_dataset(dataset, exists_ok=True)


def drop(client: bigquery.Client, name: str) -> list[str]:
    """Drop every dataset of a pull request; their names, none when there was nothing. Raises UsageError for main."""
    if name == MAIN:
        raise UsageError("main's datasets are what pull requests are compared with: they are not dropped")
    start = f"{prefix_of(name)}_"
    found = [entry.dataset_id for entry in client.list_datasets() if entry.dataset_id.startswith(start)]
    for dataset in found:
        client.delete_dataset(dataset, delete_contents=True, not_found_ok=True)
    return found
