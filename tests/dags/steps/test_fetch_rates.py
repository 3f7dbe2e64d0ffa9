"""The first purchase in the orders, from which on rates are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from customer360.catalogue import source
from customer360.inspector import BadFileError
from customer360.steps.fetch_rates import first_order_date


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            ["04/09/2016 21:15", "05/09/2016"],
            "row 1, column order_purchase_timestamp: no row has a date; this value has the shape 99/99/9999 99:99",
        ),
        (
            ["", "sep 4 2016"],
            "row 2, column order_purchase_timestamp: no row has a date; this value has the shape aaa 9 9999",
        ),
        (["", ""], "csv, column order_purchase_timestamp: no row has a date"),
    ],
)
def test_a_delivery_without_a_purchase_date_names_the_first_value_and_the_form_wanted(
    tmp_path: Path, values: list[str], said: str
) -> None:
    orders = source("orders")
    rows = [",".join(orders.header), *(f"a,b,c,{value},e,f,g,h" for value in values)]
    (tmp_path / orders.file).write_text("\n".join(rows))
    with pytest.raises(BadFileError) as caught:
        first_order_date(str(tmp_path))
    assert f"{said}. Deliver purchase timestamps as YYYY-MM-DD HH:MM:SS." in str(caught.value)
