"""Reconcile reads an amount as staging does, or it reports money as missing that is there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

from customer360.steps.reconcile import AMOUNT_SHAPE, BLANKS, Amount, Balance, parsed
from customer360.warehouse import Warehouse

CONVERT = (Path(__file__).parents[3] / "dbt" / "macros" / "convert.sql").read_text()


def test_the_rule_is_that_of_staging() -> None:
    assert f'"numeric": "{AMOUNT_SHAPE}"' in CONVERT
    assert f"trim({{{{ column }}}}, '{BLANKS}')" in CONVERT


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.85\u00a0", "0.85"),
        (" 12.5\t", "12.5"),
        ("-3", "-3"),
        ("12,90", None),
        ("1e3", None),
        ("0x1a", None),
        ("R$ 5.00", None),
        ("", None),
    ],
)
def test_an_amount_is_read_with_blanks_around_it_and_in_no_other_writing(
    warehouse: Warehouse, text: str, amount: str | None
) -> None:
    config = QueryJobConfig(query_parameters=[ScalarQueryParameter("text", "STRING", text)])
    [row] = warehouse.client.query(f"select {parsed('@text')} as amount", job_config=config).result()
    assert row["amount"] == (amount and Decimal(amount))


def test_uneven_balances_and_amounts_are_told_from_even_ones() -> None:
    assert Balance("orders", 3, 3, 2, 1).is_even
    assert not Balance("orders", 3, 3, 2, 0).is_even
    assert not Amount("price", 3, 2, 0).is_even  # type: ignore[arg-type]
