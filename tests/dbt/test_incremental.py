"""Incremental facts: a run rewrites the months that changed and no others, and ends where a full refresh does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from google.cloud.bigquery import DmlStats

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from tests.dbt.conftest import RunDbt

pytestmark = [pytest.mark.sandbox, pytest.mark.baseline, pytest.mark.slow]

FACTS = ("fct_order_items", "fct_orders", "fct_payments", "fct_reviews")
WITH_PARENTS = tuple(f"+{fact}" for fact in FACTS)
NEW_MONTH = date(2018, 12, 1)

Rows = list[tuple[Any, ...]]
Touched = tuple[int, int]


@dataclass(frozen=True)
class Changes:
    """The second day's changes: an order of a month of its own each, and a month that loses all orders."""

    reviewed: str
    delivered: str
    removed: str
    emptied: date
    months: dict[str, date]

    def months_of(self, *changes: str) -> set[date]:
        return {self.months[getattr(self, change)] for change in changes}


@dataclass(frozen=True)
class Days:
    """Rows of each fact after each run, and how many rows the second day's merge deleted and inserted."""

    changes: Changes
    first: dict[str, Rows]
    second: dict[str, Rows]
    refreshed: dict[str, Rows]
    touched: dict[str, Touched]


class Facts:
    """The facts of the baseline, and dbt to build them."""

    def __init__(self, warehouse: Warehouse, settings: Settings, run_dbt: RunDbt):
        self.warehouse = warehouse
        self.raw = settings.dataset("raw")
        self.intermediate = settings.dataset("intermediate")
        self._marts = settings.dataset("marts")
        self._run_dbt = run_dbt

    def run(self, *arguments: str) -> dict[str, Touched]:
        """Run models; the rows that the merge of each fact deleted and inserted, none for a new table."""
        results = self._run_dbt("run", *arguments)
        assert {result.status for result in results} == {"success"}
        jobs = {result.node.name: result.adapter_response["job_id"] for result in results}
        return {fact: self._merged(jobs[fact]) for fact in FACTS}

    def rows(self) -> dict[str, Rows]:
        """All rows of each fact, in the order of their keys."""
        found = {
            fact: self.warehouse.rows(f"select * from {self._marts}.{fact} order by 1") for fact in FACTS
        }
        return {fact: [tuple(row.values()) for row in rows] for fact, rows in found.items()}

    def months(self, fact: str, rows: Rows) -> Counter[date]:
        """Number of rows by month."""
        table = self.warehouse.client.get_table(f"{self._marts}.{fact}")
        position = [field.name for field in table.schema].index("purchase_month")
        return Counter(row[position] for row in rows)

    def _merged(self, job_id: str) -> Touched:
        children = self.warehouse.client.list_jobs(parent_job=job_id)
        merges = [child.dml_stats for child in children if child.statement_type == "MERGE"]
        stats = merges[0] if merges else DmlStats()
        return stats.deleted_row_count, stats.inserted_row_count


@pytest.fixture(scope="module")
def facts(warehouse: Warehouse, settings: Settings, run_dbt: RunDbt) -> Facts:
    """The first day's facts."""
    return Facts(warehouse, settings, run_dbt)


@pytest.fixture(scope="module")
def days(facts: Facts) -> Days:
    """A first day, a second one with changes, and a full refresh of the second."""
    first = facts.rows()
    changes = chosen(facts)
    deliver(facts, changes)
    touched = facts.run("--select", *WITH_PARENTS)
    second = facts.rows()
    facts.run("--select", *FACTS, "--full-refresh")
    return Days(changes, first, second, facts.rows(), touched)


def chosen(facts: Facts) -> Changes:
    """Orders that the changes concern; the removed one has items, payments and a review."""
    orders = facts.warehouse.rows(
        "select keys.order_id, keys.purchase_month, orders.order_status, "
        f"orders.order_id in (select order_id from {facts.raw}.order_items) as has_items, "
        f"orders.order_id in (select order_id from {facts.raw}.order_reviews) as has_review "
        f"from {facts.intermediate}.int_order_keys as keys "
        f"inner join {facts.raw}.orders on keys.order_id = orders.order_id order by keys.order_id"
    )
    free = {row["purchase_month"] for row in orders}
    months: dict[str, date] = {}

    def take(**wanted: object) -> str:
        fitting = (r for r in orders if r["purchase_month"] in free and wanted.items() <= r.items())
        row = next(fitting)
        free.remove(row["purchase_month"])
        months[row["order_id"]] = row["purchase_month"]
        return str(row["order_id"])

    delivered = take(order_status="shipped")
    reviewed = take(order_status="delivered")
    removed = take(order_status="delivered", has_items=True, has_review=True)
    return Changes(reviewed, delivered, removed, min(free), months)


def deliver(facts: Facts, changes: Changes) -> None:
    """Bring the second day's files: a late review and delivery, a new order, removed ones."""
    raw = facts.raw
    emptied = f"'{changes.emptied:%Y-%m}'"
    facts.warehouse.client.query(f"""
        insert into {raw}.order_reviews values
            ('late', '{changes.reviewed}', '1', '', '', '2018-10-01 00:00:00', '2018-10-02 10:00:00');
        update {raw}.orders
        set order_status = 'delivered', order_delivered_customer_date = '2018-11-01 10:00:00'
        where order_id = '{changes.delivered}';
        insert into {raw}.customers
        select 'new', customer_unique_id, customer_zip_code_prefix, customer_city, customer_state
        from {raw}.customers limit 1;
        insert into {raw}.orders values
            ('new', 'new', 'created', '{NEW_MONTH} 10:00:00', '', '', '', '2018-12-20 00:00:00');
        insert into {raw}.order_payments values ('new', '1', 'voucher', '1', '10.00');
        delete from {raw}.orders
        where order_id = '{changes.removed}' or substr(order_purchase_timestamp, 1, 7) = {emptied};
    """).result()


@pytest.mark.parametrize(
    ("fact", "concerned"),
    [
        ("fct_order_items", ("removed",)),
        ("fct_orders", ("reviewed", "delivered", "removed")),
        ("fct_payments", ("removed",)),
        ("fct_reviews", ("reviewed", "removed")),
    ],
)
def test_a_run_rewrites_the_months_that_changed_and_no_others(
    facts: Facts, days: Days, fact: str, concerned: tuple[str, ...]
) -> None:
    before, after = facts.months(fact, days.first[fact]), facts.months(fact, days.second[fact])
    months = days.changes.months_of(*concerned) | {NEW_MONTH}
    assert days.touched[fact] == (sum(before[m] for m in months), sum(after[m] for m in months))
    assert 0 < sum(days.touched[fact]) < len(days.first[fact])


@pytest.mark.parametrize("fact", FACTS)
def test_a_month_without_rows_is_emptied(facts: Facts, days: Days, fact: str) -> None:
    assert facts.months(fact, days.first[fact])[days.changes.emptied] > 0
    assert facts.months(fact, days.second[fact])[days.changes.emptied] == 0


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_what_a_full_refresh_would_make_it(days: Days, fact: str) -> None:
    assert days.second[fact] != days.first[fact]
    assert days.second[fact] == days.refreshed[fact]
