"""One whole delivery: blocks of orders, streamed into the files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from scripts.generate.assortment import write_assortment
from scripts.generate.canonical import Table
from scripts.generate.contacts import Contacts, Identity
from scripts.generate.geolocation import write_geolocation
from scripts.generate.ledger import Ledger
from scripts.generate.orders import Orders, make_orders
from scripts.generate.places import STATES, make_places
from scripts.generate.quotas import Block, blocks
from scripts.generate.reviews import make_reviews
from scripts.generate.sales import make_sales

# Raise it when the same orders and seed give other bytes: directories of older versions are made anew.
VERSION = 2
COUNTS = "counts.json"
_MOST_ZIPS = 19_015
# No block has this index: a seed alone would give what block 0 draws first, and a person the id of a seller.
_BEFORE_ALL_BLOCKS = 2**32 - 1
_BY_ORDER = ("customers", "orders", "order_items", "order_payments", "order_reviews")


def generate(
    out: Path, orders: int, seed: int, on_rows: Callable[[int], None] = lambda _rows: None
) -> dict[str, int]:
    """Write the nine Olist files, customer_pii.csv, ledger.jsonl and counts.json into `out`.

    Returns the counts: `<table>.rows`, and `<table>.<quirk>` for each planted quirk. The same orders and seed
    give the same bytes; a finished directory is reused. `on_rows` is told how many rows were just written.
    Raises ValueError when `orders` is below 1 or `seed` below 0.
    """
    if orders < 1 or seed < 0:
        raise ValueError(f"orders must be 1 or more and seed 0 or more, not {orders} and {seed}")
    identity = {"orders": orders, "seed": seed, "version": VERSION}
    finished = _finished(out / COUNTS, identity)
    if finished is not None:
        return finished
    out.mkdir(parents=True, exist_ok=True)
    (out / COUNTS).unlink(missing_ok=True)
    counts: Counter[str] = Counter()
    _write(out, orders, seed, counts, on_rows)
    result = dict(sorted(counts.items()))
    # Written last: it marks the directory as complete.
    (out / COUNTS).write_text(json.dumps({**identity, "counts": result}, indent=2) + "\n", "utf-8")
    return result


def _finished(path: Path, identity: dict[str, int]) -> dict[str, int] | None:
    if not path.is_file():
        return None
    document = json.loads(path.read_text("utf-8"))
    counts: dict[str, int] = document.pop("counts", {})
    return counts if document == identity else None


def _write(out: Path, orders: int, seed: int, counts: Counter[str], on_rows: Callable[[int], None]) -> None:
    rng = np.random.default_rng([seed, _BEFORE_ALL_BLOCKS])
    places = make_places(rng, min(_MOST_ZIPS, max(200, orders // 5)))
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger(out))
        assortment = write_assortment(out, orders, rng, places, ledger, counts)
        tables = {table: stack.enter_context(Table(out, table)) for table in _BY_ORDER}
        contacts = stack.enter_context(Contacts(out, seed))
        for block in blocks(orders, seed, counts):
            before = sum(table.rows for table in tables.values()) + contacts.rows
            drawn = make_orders(block, places)
            identities = _identities(contacts, drawn)
            sale = make_sales(block, drawn, assortment)
            reviews = make_reviews(block, drawn, identities, ledger, tables["order_reviews"].rows)
            tables["customers"].write(drawn.customer_lines())
            tables["orders"].write(drawn.order_lines())
            tables["order_items"].write(sale.item_lines)
            tables["order_payments"].write(sale.payment_lines)
            tables["order_reviews"].write(reviews.lines(drawn))
            on_rows(sum(table.rows for table in tables.values()) + contacts.rows - before)
        counts.update({f"{name}.rows": table.rows for name, table in tables.items()})
        counts.update({"customer_pii.rows": contacts.rows, "ledger.rows": ledger.rows})
        counts.update({f"customer_pii.{quirk}": number for quirk, number in contacts.counts.items()})
    write_geolocation(out, Block(0, 0, orders, orders, seed, counts), places, on_rows)


def _identities(contacts: Contacts, orders: Orders) -> dict[str, Identity]:
    """Write the contacts of the block's people, spelled as the customers file spells their place."""
    found = {}
    people = zip(orders.unique_ids, orders.zips, orders.plain_cities, orders.states.tolist(), strict=True)
    for person, code, city, state in people:
        identity = contacts.add(person, code, city, STATES[state].code)
        if identity is not None:
            found[person] = identity
    return found
