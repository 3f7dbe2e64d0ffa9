"""What the report shows of the warehouse: a few aggregates over the marts and the quarantine, never a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from google.api_core.exceptions import NotFound
from google.cloud import bigquery


@dataclass(frozen=True)
class PaymentGroup:
    """Payments of one purchase month by one means of payment."""

    month: date
    payment_type: str
    payments: int
    installments: int
    amount_brl: Decimal
    amount_usd: Decimal
    without_rate: int


@dataclass(frozen=True)
class OrderGroup:
    """Orders with the same arrival (`on time`, `late`, `not delivered`) and stars (None: no review)."""

    arrival: str
    review_score: int | None
    orders: int
    first_purchase: date
    last_purchase: date


@dataclass(frozen=True)
class CohortCell:
    """Persons whose first purchase was in `cohort_month` and who bought in `order_month`."""

    cohort_month: date
    order_month: date
    persons: int


@dataclass(frozen=True)
class Segment:
    """One RFM segment; recency in days before the last purchase of the data, sentiment from -1 to 1."""

    name: str
    persons: int
    repeat_buyers: int
    orders: int
    lifetime_value_brl: Decimal
    recency_days: float
    sentiment: float | None


@dataclass(frozen=True)
class StateDelivery:
    """Days from purchase to delivery in one state: approximate quantiles at 0, 5, .. 100 %."""

    state: str
    orders: int
    late_orders: int
    quantiles: Sequence[float]


@dataclass(frozen=True)
class Category:
    """Items sold of one product category; None where the product has none."""

    name: str | None
    sales_brl: Decimal


@dataclass(frozen=True)
class Rejection:
    """Delivered rows that one rule kept out of staging."""

    source_table: str
    column_name: str
    reason: str
    row_count: int


@dataclass(frozen=True)
class ReportData:
    """Everything the plots need; a part is None when its table is missing, and a note says so."""

    payments: tuple[PaymentGroup, ...] | None
    orders: tuple[OrderGroup, ...] | None
    cohorts: tuple[CohortCell, ...] | None
    segments: tuple[Segment, ...] | None
    deliveries: tuple[StateDelivery, ...] | None
    categories: tuple[Category, ...] | None
    rejections: tuple[Rejection, ...] | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """One part of the report: an aggregate over `<prefix>_<layer>` whose columns are the fields of `row`."""

    title: str
    layer: str
    row: Callable[..., Any]
    sql: str


QUERIES: dict[str, Query] = {
    "payments": Query(
        "revenue and payment mix",
        "marts",
        PaymentGroup,
        """
            select
                purchase_month as month,
                payment_type,
                count(*) as payments,
                sum(installments) as installments,
                sum(amount_brl) as amount_brl,
                coalesce(sum(amount_usd), 0) as amount_usd,
                countif(amount_usd is null) as without_rate
            from fct_payments
            group by month, payment_type
            order by month, payment_type
        """,
    ),
    "orders": Query(
        "delivery and reviews",
        "marts",
        OrderGroup,
        """
            select
                case
                    when delivery_days is null then 'not delivered'
                    when is_late then 'late'
                    else 'on time'
                end as arrival,
                review_score,
                count(*) as orders,
                min(purchase_date) as first_purchase,
                max(purchase_date) as last_purchase
            from fct_orders
            group by arrival, review_score
            order by arrival, review_score
        """,
    ),
    "cohorts": Query(
        "cohorts",
        "marts",
        CohortCell,
        """
            select
                customer_360.cohort_month,
                fct_orders.purchase_month as order_month,
                count(distinct fct_orders.customer_key) as persons
            from customer_360
            inner join fct_orders on customer_360.customer_key = fct_orders.customer_key
            group by cohort_month, order_month
            order by cohort_month, order_month
        """,
    ),
    "segments": Query(
        "RFM segments",
        "marts",
        Segment,
        """
            select
                rfm_segment as name,
                count(*) as persons,
                countif(order_count > 1) as repeat_buyers,
                sum(order_count) as orders,
                coalesce(sum(lifetime_value_brl), 0) as lifetime_value_brl,
                avg(recency_days) as recency_days,
                avg(sentiment_score) as sentiment
            from customer_360
            group by name
            order by lifetime_value_brl desc, name
        """,
    ),
    "deliveries": Query(
        "delivery times",
        "marts",
        StateDelivery,
        """
            select
                coalesce(dim_customers.state, 'other') as state,
                count(*) as orders,
                countif(fct_orders.is_late) as late_orders,
                approx_quantiles(fct_orders.delivery_days, 20) as quantiles
            from fct_orders
            inner join dim_customers on fct_orders.customer_key = dim_customers.customer_key
            where fct_orders.delivery_days is not null
            group by state
            order by state
        """,
    ),
    "categories": Query(
        "sales by category",
        "marts",
        Category,
        """
            select
                coalesce(dim_products.category_name_english, dim_products.category_name) as name,
                sum(fct_order_items.price_brl) as sales_brl
            from fct_order_items
            inner join dim_products on fct_order_items.product_id = dim_products.product_id
            group by name
            order by sales_brl desc, name
        """,
    ),
    "rejections": Query(
        "rejected rows",
        "quarantine",
        Rejection,
        """
            select
                source_table,
                column_name,
                reason,
                count(*) as row_count
            from quarantined_rows
            group by source_table, column_name, reason
            order by row_count desc, source_table, column_name, reason
        """,
    ),
}


def collect(client: bigquery.Client, prefix: str) -> ReportData:
    """Run the aggregates side by side on the datasets `<prefix>_marts` and `<prefix>_quarantine`.

    A missing table costs its part of the report; any other failure raises GoogleAPICallError.
    """
    parts: dict[str, Any] = dict.fromkeys(QUERIES)
    notes = []
    with ThreadPoolExecutor(len(QUERIES)) as pool:
        pending = {name: pool.submit(_rows, client, prefix, query) for name, query in QUERIES.items()}
    for name, query in QUERIES.items():
        try:
            parts[name] = pending[name].result()
        except NotFound:
            notes.append(f"{query.title}: {prefix}_{query.layer} lacks a table of it, so it is left out.")
    return ReportData(**parts, notes=tuple(notes))


def _rows(client: bigquery.Client, prefix: str, query: Query) -> tuple[Any, ...]:
    config = bigquery.QueryJobConfig(
        default_dataset=f"{client.project}.{prefix}_{query.layer}", labels={"step": "report"}
    )
    return tuple(query.row(**row) for row in client.query(query.sql, job_config=config).result())
