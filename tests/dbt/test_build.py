"""The whole project on a small delivery: every model builds, every test passes, rejected rows are kept."""

from __future__ import annotations

from typing import Any

import pytest

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.leak_scan import scan
from tests.dbt.conftest import RunDbt

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


def failures(results: list[Any]) -> list[str]:
    good = ("pass", "success", "no-op", "warn")
    return [f"{result.node.name}: {result.message}" for result in results if result.status not in good]


def test_every_model_builds_and_every_test_passes(built: list[Any]) -> None:
    assert failures(built) == []
    assert sum(result.node.resource_type == "unit_test" for result in built) >= 10


def test_rejected_rows_are_in_the_quarantine_with_their_reason(
    built: list[Any], delivered: Warehouse, own_settings: Settings
) -> None:
    del built
    rows = delivered.rows(
        "select source_file, column_name, reason "
        f"from {own_settings.dataset('quarantine')}.quarantined_rows order by source_file"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("olist_order_payments_dataset.csv", "payment_value", "is not a valid numeric"),
        ("olist_orders_dataset.csv", "order_purchase_timestamp", "is not a valid timestamp"),
    ]


def test_too_many_rejected_rows_stop_the_run_with_file_key_column_reason_and_remedy(
    built: list[Any], run_dbt: RunDbt
) -> None:
    del built
    test = ("test", "--select", "quarantine_stays_below_the_threshold")
    assert failures(run_dbt(*test)) == []
    (message,) = failures(run_dbt(*test, "--vars", "{quarantine_threshold: 0.001}"))
    assert (
        "olist_orders_dataset.csv, order_purchase_timestamp is not a valid timestamp: 1 of 301 rows, "
        "one of them order_id=broken" in message
    )
    assert "mend the file and deliver it again" in message


def test_no_personal_data_reaches_the_open_marts(
    built: list[Any], delivered: Warehouse, own_settings: Settings
) -> None:
    del built
    report = scan(delivered, own_settings)
    assert not report.is_empty
    assert report.findings == ()
