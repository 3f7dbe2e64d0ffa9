"""A catalogue that contradicts itself is refused with the entry and what to change."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from customer360.catalogue import CatalogueError, files_delivered, parse, source, sources

Document = dict[str, Any]

GOOD: Document = {
    "sources": [
        {
            "table": "orders",
            "file": "orders.csv",
            "description": "One row per order.",
            "key": ["order_id"],
            "freshness": {"warn": 26, "error": 50},
            "columns": [
                {"name": "order_id", "type": "string", "description": "The order."},
                {"name": "price", "type": "numeric", "min": 0, "required": False, "description": "BRL."},
            ],
        },
        {
            "table": "items",
            "file": "items.csv",
            "description": "One row per item.",
            "key": [],
            "freshness": {"warn": 26, "error": 50},
            "columns": [
                {
                    "name": "order_id",
                    "type": "string",
                    "parent": "orders.order_id",
                    "description": "The order.",
                }
            ],
        },
    ]
}


def columns(document: Document) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["sources"][0]["columns"]
    return found


def test_columns_keep_the_order_of_the_file() -> None:
    assert [found.header for found in parse(GOOD)] == [("order_id", "price"), ("order_id",)]


def test_a_column_is_required_unless_the_entry_says_otherwise() -> None:
    order_id, price = parse(GOOD)[0].columns
    assert (order_id.required, price.required, price.min) == (True, False, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: columns(d)[1].update(type="money"),
            r"orders\.price: type 'money' is none of string, integer",
        ),
        (lambda d: columns(d)[0].update(pii="secret"), r"orders\.order_id: pii 'secret' is none of contact"),
        (
            lambda d: columns(d)[0].update(nullable=True),
            r"table orders: .*unexpected keyword argument 'nullable'",
        ),
        (lambda d: columns(d)[0].pop("description"), r"table orders: .*missing .*'description'"),
        (lambda d: d["sources"][0].pop("file"), r"table orders: 'file'"),
        (lambda d: d["sources"][0].update(key=["id"]), r"orders: key names id, which the file does not have"),
        (
            lambda d: columns(d)[0].update(name="id"),
            r"orders: key names order_id, which the file does not have",
        ),
        (lambda d: d["sources"].pop(0), r"items\.order_id: parent orders\.order_id is not in the catalogue"),
        (lambda d: d["sources"][0]["freshness"].pop("warn"), r"table orders: .*missing .*'warn'"),
    ],
)
def test_a_contradiction_is_refused_by_entry(change: Callable[[Document], object], message: str) -> None:
    document = deepcopy(GOOD)
    change(document)
    with pytest.raises(CatalogueError, match=message):
        parse(document)


def test_an_unknown_table_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CatalogueError, match=r"'order'; sources\.yaml knows: customers, orders,"):
        source("order")


def test_the_nine_files_of_the_shop_and_the_contacts_are_delivered_and_the_rates_are_not() -> None:
    delivered = [found.table for found in files_delivered()]
    assert len(delivered) == 10
    assert "customer_pii" in delivered
    assert "exchange_rates" not in delivered


def test_no_two_sources_share_a_table_or_a_file() -> None:
    assert len({found.table for found in sources()}) == len({found.file for found in sources()}) == 11
