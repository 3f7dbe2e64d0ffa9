"""The report's aggregates over marts of a few rows, on the emulator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.cloud.bigquery import SchemaField

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.demo import queries
from scripts.demo.queries import Category, CohortCell, OrderGroup, PaymentGroup, ReportData, Segment, collect

pytestmark = pytest.mark.sandbox

MARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "fct_payments": {
        "purchase_month DATE": ("2018-01-01", "2018-01-01", "2018-01-01"),
        "payment_type STRING": ("boleto", "voucher", "voucher"),
        "installments INT64": ("1", "2", "3"),
        "amount_brl NUMERIC": ("10.50", "0.10", "0.20"),
        "amount_usd NUMERIC": ("3.30", "0.03", ""),
    },
    "fct_orders": {
        "customer_key STRING": ("ann", "ann", "bob"),
        "purchase_date DATE": ("2018-01-05", "2018-03-09", "2018-01-31"),
        "purchase_month DATE": ("2018-01-01", "2018-03-01", "2018-01-01"),
        "review_score INT64": ("5", "5", ""),
        "delivery_days FLOAT64": ("4", "8", ""),
        "is_late BOOL": ("false", "true", ""),
    },
    "customer_360": {
        "customer_key STRING": ("ann", "bob"),
        "cohort_month DATE": ("2018-01-01", "2018-01-01"),
        "order_count INT64": ("2", "1"),
        "lifetime_value_brl NUMERIC": ("10.80", ""),
        "recency_days INT64": ("0", "37"),
        "sentiment_score FLOAT64": ("1", ""),
        "rfm_segment STRING": ("champions", "lost"),
    },
    "dim_customers": {"customer_key STRING": ("ann", "bob"), "state STRING": ("SP", "AM")},
    "dim_products": {
        "product_id STRING": ("p1", "p2"),
        "category_name STRING": ("pc_gamer", ""),
        "category_name_english STRING": ("", ""),
    },
    "fct_order_items": {"product_id STRING": ("p1", "p1", "p2"), "price_brl NUMERIC": ("2", "3", "1")},
}
QUARANTINE = {
    "source_table STRING": ("orders", "orders"),
    "column_name STRING": ("order_status", "order_status"),
    "reason STRING": ("is empty", "is empty"),
    "row_key STRING": ("order_id=planted-1", "order_id=planted-2"),
    "raw_row STRING": ("planted-3", "planted-4"),
}


def _load(warehouse: Warehouse, table: str, columns: Mapping[str, tuple[str, ...]]) -> None:
    schema = [SchemaField(name, kind) for name, kind in map(str.split, columns)]
    rows: list[dict[str, Any]] = [
        {field.name: value or None for field, value in zip(schema, values, strict=True)}
        for values in zip(*columns.values(), strict=True)
    ]
    warehouse.replace_from_rows(table, schema, rows)


@pytest.fixture(scope="module")
def collected(warehouse: Warehouse, settings: Settings) -> ReportData:
    for name, columns in MARTS.items():
        _load(warehouse, f"{settings.dataset('marts')}.{name}", columns)
    _load(warehouse, f"{settings.dataset('quarantine')}.quarantined_rows", QUARANTINE)
    return collect(warehouse.client, settings.dataset_prefix)


def test_payments_are_added_up_by_month_and_means(collected: ReportData) -> None:
    january = date(2018, 1, 1)
    assert collected.payments == (
        PaymentGroup(january, "boleto", 1, 1, Decimal("10.50"), Decimal("3.30"), 0),
        PaymentGroup(january, "voucher", 2, 5, Decimal("0.30"), Decimal("0.03"), 1),
    )


def test_orders_are_counted_by_arrival_and_stars(collected: ReportData) -> None:
    assert set(collected.orders or ()) == {
        OrderGroup("late", 5, 1, date(2018, 3, 9), date(2018, 3, 9)),
        OrderGroup("not delivered", None, 1, date(2018, 1, 31), date(2018, 1, 31)),
        OrderGroup("on time", 5, 1, date(2018, 1, 5), date(2018, 1, 5)),
    }


def test_cohorts_count_persons_by_month_of_order(collected: ReportData) -> None:
    january, march = date(2018, 1, 1), date(2018, 3, 1)
    assert collected.cohorts == (CohortCell(january, january, 2), CohortCell(january, march, 1))


def test_segments_keep_persons_without_a_payment(collected: ReportData) -> None:
    assert collected.segments == (
        Segment("champions", 1, 1, 2, Decimal("10.80"), 0, 1),
        Segment("lost", 1, 0, 1, Decimal(0), 37, None),
    )


def test_delivery_times_leave_out_what_was_not_delivered(collected: ReportData) -> None:
    (state,) = collected.deliveries or ()
    assert (state.state, state.orders, state.late_orders) == ("SP", 2, 1)
    assert (len(state.quantiles), state.quantiles[0], state.quantiles[-1]) == (21, 4, 8)


def test_an_untranslated_category_keeps_its_own_name(collected: ReportData) -> None:
    assert collected.categories == (Category("pc_gamer", Decimal(5)), Category(None, Decimal(1)))


def test_the_quarantine_is_counted_and_never_shown(collected: ReportData) -> None:
    assert [rejection.row_count for rejection in collected.rejections or ()] == [2]
    assert "planted" not in repr(collected)
    assert not collected.notes


def test_a_missing_table_costs_its_part_alone(
    collected: ReportData, warehouse: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = queries.Query("sales", "marts", dict, "select * from absent_table")
    monkeypatch.setitem(queries.QUERIES, "categories", lost)
    found = collect(warehouse.client, settings.dataset_prefix)
    assert found.categories is None
    assert found.payments == collected.payments
    assert found.notes == (f"sales: {settings.dataset('marts')} lacks a table of it, so it is left out.",)


def test_a_failing_query_is_not_taken_for_a_missing_table(
    warehouse: Warehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = queries.Query("broken", "marts", dict, "select error('a planted failure')")
    monkeypatch.setitem(queries.QUERIES, "categories", broken)
    with pytest.raises(GoogleAPICallError, match="a planted failure"):
        collect(warehouse.client, settings.dataset_prefix)
