"""What the command refuses before it touches a dataset."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import create_autospec

import pytest
from google.cloud import bigquery

from scripts.dbt_ci.datasets import EXPIRY_OF_MAIN, drop, prefix_of
from scripts.dbt_ci.errors import UsageError
from scripts.dbt_ci.state import missing_tables
from tests.checkout import ROOT

# A client that must not be asked for anything.
UNUSED = create_autospec(bigquery.Client, spec_set=True)


@pytest.mark.parametrize("name", ["", "olist", "0", "-1", "7_marts", "7;", "main_", "MAIN", "prod", "\u0667"])
def test_only_the_number_of_a_pull_request_names_datasets(name: str) -> None:
    with pytest.raises(UsageError, match="PR=123"):
        prefix_of(name)


def test_the_datasets_of_main_are_never_dropped() -> None:
    with pytest.raises(UsageError, match="not dropped"):
        drop(UNUSED, "main")
    assert not UNUSED.method_calls


def test_a_manifest_of_production_is_refused_for_what_is_not_built_would_be_read_there(
    tmp_path: Path,
) -> None:
    node = {"resource_type": "model", "schema": "olist_marts", "alias": "dim_customers"}
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": {"model.c.dim_customers": node}}))
    with pytest.raises(UsageError, match=r"describes olist_marts, but CI reads olist_ci_main_\* alone"):
        missing_tables(UNUSED, tmp_path)
    assert not UNUSED.method_calls


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(UsageError, match=r"holds no manifest\.json of dbt"):
        missing_tables(UNUSED, tmp_path)


def test_mains_tables_expire_as_terraform_says() -> None:
    (milliseconds,) = re.findall(
        r"default_table_expiration_ms = (\d+)", (ROOT / "terraform" / "bigquery.tf").read_text()
    )
    assert timedelta(milliseconds=int(milliseconds)) == EXPIRY_OF_MAIN
