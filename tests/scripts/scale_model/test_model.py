"""The calculation from two measured runs."""

from __future__ import annotations

from customer360.manifest import Record
from scripts.lint_sql.analyzer import Reads
from scripts.scale_model.measure import Measured
from scripts.scale_model.model import model
from scripts.scale_model.tables import Size

PRICES = {
    "usd_per_tib_read": 10,
    "usd_per_gib_month": {"table": 1, "object": 0},
    "least_bytes_per_table": 0,
    "most_bytes_of_a_multiline_file": 1000,
    "most_bytes_of_a_window": 1000,
}
TABLES = ("p.d.fct_orders", "p.d.days")
READS = (
    Reads("dbt/models/marts/fct_orders.sql", {"p.d.fct_orders": ["amount"]}, 1),
    Reads("dbt/models/marts/days.sql", {"p.d.fct_orders": ["amount"]}, 1),
    Reads("dbt/models/marts/days.yml, not_null_days_amount", {"p.d.fct_orders": ["purchase_month"]}, 0),
)


def measured(orders: int, *, is_multiline: bool = True) -> Measured:
    columns = {"purchase_month": 8 * orders, "amount": 16 * orders}
    tables = {"p.d.fct_orders": Size(orders, columns), "p.d.days": Size(10, {"amount": 160})}
    file = Record("run", "orders", "source", "uri", 100 * orders, orders, "crc", "sha", is_multiline)
    return Measured(orders, tables, (file,), 4, READS, READS)


def test_what_is_read_grows_with_the_orders_and_is_paid_by_the_tebibyte() -> None:
    found = model(measured(10), measured(20), 2**40, PRICES, most_billed=2**60)
    assert [cost.read for cost in found.models] == [16 * 2**40, 16 * 2**40]
    assert (found.usd_of_models, found.usd_of_tests) == (2 * 16 * 10, 8 * 10)


def test_a_query_that_bills_more_than_production_allows_is_named() -> None:
    found = model(measured(10), measured(20), 100, PRICES, most_billed=1000)
    assert found.too_expensive == ("dbt/models/marts/fct_orders.sql", "dbt/models/marts/days.sql")


def test_a_window_is_as_wide_as_the_table_that_its_model_makes() -> None:
    found = model(measured(10), measured(20), 1000, PRICES, most_billed=2**60)
    assert found.too_wide == ("dbt/models/marts/fct_orders.sql",)


def test_a_file_whose_values_hold_line_ends_fits_one_load_job_up_to_its_limit() -> None:
    small, large = measured(10), measured(20)
    assert [file.is_loadable for file in model(small, large, 10, PRICES, 0).files] == [True]
    assert [file.is_loadable for file in model(small, large, 11, PRICES, 0).files] == [False]
    plain = measured(20, is_multiline=False)
    assert [file.is_loadable for file in model(small, plain, 11, PRICES, 0).files] == [True]


def test_a_fact_has_as_many_months_as_were_measured() -> None:
    (part,) = model(measured(10), measured(20), 1000, PRICES, 0).partitions
    assert (part.table, part.months, part.rows, part.bytes) == ("fct_orders", 4, 250, 6000)
