"""A run with small, distinct numbers, so that a test can find each of them on the page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scripts.demo.queries import (
    Category,
    CohortCell,
    OrderGroup,
    PaymentGroup,
    Rejection,
    ReportData,
    Segment,
    StateDelivery,
)

JANUARY, MARCH = date(2018, 1, 1), date(2018, 3, 1)


@pytest.fixture
def summary() -> dict[str, Any]:
    """The content of summary.json."""
    return {
        "run_id": "demo-1",
        "commit": "0123456789abcdef",
        "seconds": {"upload": 3.4, "rates": 1.2, "load": 6.5, "dbt": 21.6, "reconcile": 2.3, "total": 35.0},
        "rows": {
            "raw.orders": 1234,
            "raw.order_items": 1503,
            "staging.stg_orders": 1234,
            "staging.stg_order_items": 1497,
            "marts.customer_360": 1190,
            "marts.fct_orders": 1234,
        },
        "quarantined": {"order_items": 6},
        "tests": {"passed": 412, "warned": 3, "failed": 0},
        "leaks": 0,
        "uploaded_bytes": 45_300_000,
        "peak_rss_mb": {"upload": 73.9, "dbt_marts": 81.4, "bigquery": 702.9},
        "timeline": [
            {"step": "upload", "start": 0.5, "seconds": 3.4},
            {"step": "dbt marts", "start": 12.0, "seconds": 14.1},
        ],
    }


@pytest.fixture
def data() -> ReportData:
    """What the warehouse holds: January and a part of March, nothing in between."""
    return ReportData(
        payments=(
            PaymentGroup(JANUARY, "boleto", 40, 40, Decimal("4000.50"), Decimal("1240.10"), 0),
            PaymentGroup(JANUARY, "credit_card", 120, 420, Decimal("16000.25"), Decimal("4960.20"), 0),
            PaymentGroup(MARCH, "credit_card", 60, 180, Decimal("8000.00"), Decimal("2400.00"), 7),
        ),
        orders=(
            OrderGroup("late", 1, 30, date(2018, 1, 1), date(2018, 3, 9)),
            OrderGroup("late", 5, 10, date(2018, 1, 1), date(2018, 3, 9)),
            OrderGroup("on time", 5, 60, date(2018, 1, 1), date(2018, 3, 9)),
            OrderGroup("on time", None, 11, date(2018, 1, 2), date(2018, 3, 9)),
        ),
        cohorts=(
            CohortCell(JANUARY, JANUARY, 800),
            CohortCell(JANUARY, MARCH, 18),
            CohortCell(MARCH, MARCH, 390),
        ),
        segments=(
            Segment("champions", 238, 57, 310, Decimal("61880.00"), 44.4, 0.61),
            Segment("at_risk", 952, 0, 952, Decimal("32368.00"), 312.0, None),
        ),
        deliveries=(
            StateDelivery("AM", 40, 9, [float(day) for day in range(20, 41)]),
            StateDelivery("SP", 160, 3, [day / 2 for day in range(21)]),
        ),
        categories=(Category("health_beauty", Decimal(6200)), Category(None, Decimal(1800))),
        rejections=(Rejection("order_items", "price", "not a number", 6),),
    )
