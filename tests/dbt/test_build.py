"""The whole project on a small delivery: every model was built, every test passes, rejected rows are kept."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from dbt.contracts.graph.manifest import Manifest

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.leak_scan import scan
from tests.baseline import ORDERS, Baseline
from tests.dags.steps import witness
from tests.dbt.conftest import RunDbt

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline, pytest.mark.slow]


def failures(results: list[Any]) -> list[str]:
    good = ("pass", "success", "no-op", "warn")
    return [f"{result.node.name}: {result.message}" for result in results if result.status not in good]


def test_every_model_was_built_and_every_data_test_passed(baseline: Baseline, manifest: Manifest) -> None:
    kinds = Counter(str(node.resource_type) for node in manifest.nodes.values())
    outcome = baseline.run.outcome
    assert outcome.models == sum(kinds[kind] for kind in ("model", "seed", "snapshot"))
    assert (outcome.passed + outcome.warned, outcome.failed) == (kinds["test"], 0)


@pytest.mark.usefixtures("sandbox")
def test_every_unit_test_passes(run_dbt: RunDbt, manifest: Manifest) -> None:
    results = run_dbt("test", "--select", "test_type:unit")
    assert failures(results) == []
    assert len(results) == len(manifest.unit_tests) >= 10


def test_rejected_rows_are_in_the_quarantine_with_their_reason(
    warehouse: Warehouse, settings: Settings
) -> None:
    rows = warehouse.rows(
        "select source_file, column_name, reason "
        f"from {settings.dataset('quarantine')}.quarantined_rows order by source_file"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("olist_order_payments_dataset.csv", "payment_value", "is not a valid numeric"),
        ("olist_orders_dataset.csv", "order_purchase_timestamp", "is not a valid timestamp"),
    ]


@pytest.mark.usefixtures("sandbox")
def test_too_many_rejected_rows_stop_the_run_with_file_key_column_reason_and_remedy(run_dbt: RunDbt) -> None:
    test = ("test", "--select", "quarantine_stays_below_the_threshold")
    assert failures(run_dbt(*test)) == []
    (message,) = failures(run_dbt(*test, "--vars", "{quarantine_threshold: 0.001}"))
    delivered = ORDERS + len(witness.ORDERS)
    assert (
        "olist_orders_dataset.csv, order_purchase_timestamp is not a valid timestamp: "
        f"1 of {delivered} rows, one of them order_id={witness.ORDERS[2]}" in message
    )
    assert "mend the file and deliver it again" in message


def test_no_personal_data_reaches_the_open_marts(warehouse: Warehouse, settings: Settings) -> None:
    report = scan(warehouse, settings)
    assert not report.is_empty
    assert report.findings == ()
