"""Items and payments of one block of orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scripts.generate.assortment import Assortment
from scripts.generate.canonical import Ints, epoch, money, quoted, times
from scripts.generate.orders import Orders
from scripts.generate.places import STATES
from scripts.generate.quotas import Block, Picker

_WITHOUT_ITEMS = {"unavailable": 603, "canceled": 164, "created": 5, "invoiced": 2, "shipped": 1}
_DAY = 86_400


@dataclass(frozen=True)
class Sale:
    """Rows of both files, and by order what it costs in cents (0 without items)."""

    item_lines: list[str]
    payment_lines: list[str]


def make_sales(block: Block, orders: Orders, assortment: Assortment) -> Sale:
    """Draw items and payments with their quirks; counts the quirks in `block.counts`."""
    rng = block.rng(1)
    units = _units(block, rng, orders)
    items, totals = _items(block, rng, orders, assortment, units)
    return Sale(items, _payments(block, rng, orders, totals, units == 0))


def _units(block: Block, rng: np.random.Generator, orders: Orders) -> Ints:
    units = np.where(rng.random(block.size) < 0.9, 1, 1 + np.minimum(rng.geometric(0.72, block.size), 19))
    if block.start == 0:
        units[0] = 21
    for status, real in _WITHOUT_ITEMS.items():
        empty = Picker(rng, orders.where(status)).take(block.quota(real))
        units[empty] = 0
    block.counts["orders.without_items"] += int((units == 0).sum())
    return units


def _items(
    block: Block, rng: np.random.Generator, orders: Orders, assortment: Assortment, units: Ints
) -> tuple[list[str], Ints]:
    """One row per unit; also the total of each order in cents."""
    owner = np.repeat(np.arange(block.size), units)
    position = np.arange(len(owner)) - np.repeat(np.cumsum(units) - units, units)
    # A few products and sellers make most of the sales.
    products = (len(assortment.product_ids) * rng.random(block.size) ** 2).astype(np.int64)[owner]
    sellers = (len(assortment.seller_ids) * rng.random(block.size) ** 2).astype(np.int64)[owner]
    mixed = Picker(rng, np.flatnonzero(units > 1)).take(block.quota(3236))
    spread = mixed[: block.quota(1278)]
    # The last unit of a mixed order is another product; some of these come from another seller.
    last = np.cumsum(units) - 1
    products[last[mixed]] = (products[last[mixed]] + 1) % len(assortment.product_ids)
    sellers[last[spread]] = (sellers[last[spread]] + 1) % len(assortment.seller_ids)
    prices = assortment.prices[products]
    far = np.array([state.days for state in STATES])[orders.states][owner]
    freight = np.clip(np.exp(rng.normal(np.log(8 + far), 0.4, len(owner))) * 100, 100, 40_968).astype(
        np.int64
    )
    picker = Picker(rng, np.arange(len(owner)))
    free = picker.take(block.quota(383))
    freight[free] = 0
    limit = orders.purchased[owner] + (rng.integers(4, 9, len(owner))) * _DAY
    late = picker.take(block.quota(4))
    limit[late] = epoch("2020-04-09 22:35:08") - np.arange(len(late)) * 40 * _DAY
    block.counts["order_items.several_products"] += len(mixed)
    block.counts["order_items.several_sellers"] += len(spread)
    block.counts["order_items.freight_zero"] += len(free)
    block.counts["order_items.shipping_limit_2020"] += len(late)
    order_ids = [quoted(order_id) for order_id in orders.order_ids]
    product_ids, seller_ids = assortment.product_ids, assortment.seller_ids
    rows = zip(
        owner.tolist(),
        (position + 1).tolist(),
        products.tolist(),
        sellers.tolist(),
        times(limit),
        money(prices),
        money(freight),
        strict=True,
    )
    lines = [
        f"{order_ids[o]},{n},{quoted(product_ids[p])},{quoted(seller_ids[s])},{by},{price},{cost}"
        for o, n, p, s, by, price, cost in rows
    ]
    totals = np.bincount(owner, weights=prices + freight, minlength=block.size).astype(np.int64)
    return lines, totals


def _payments(
    block: Block, rng: np.random.Generator, orders: Orders, totals: Ints, without_items: np.ndarray
) -> list[str]:
    counts, size = block.counts, block.size
    # Orders without items were paid too; nothing else says how much.
    amounts = np.where(without_items, rng.integers(2000, 30_000, size), totals)
    _mismatch(block, rng, amounts, np.flatnonzero(~without_items))
    kinds = np.array(["credit_card", "boleto", "voucher", "debit_card"])[
        rng.choice(4, size, p=[0.755, 0.199, 0.031, 0.015])
    ]
    installments = np.where(kinds == "credit_card", np.minimum(rng.geometric(0.28, size), 10), 1)
    picker = Picker(rng, np.flatnonzero(~without_items))
    unpaid = set(picker.take(block.quota(1)).tolist())
    split = picker.take(block.quota(2961))
    kinds[split] = "credit_card"
    parts = dict.fromkeys(split.tolist(), 2)
    if block.start == 0 and len(split):
        parts[int(split[0])] = 29
    zero_vouchers = set(split[1 : 1 + block.quota(6)].tolist())
    # The numbering of these starts at 2.
    shifted = set(picker.take(block.quota(80)).tolist())
    cards = Picker(rng, np.setdiff1d(np.flatnonzero(kinds == "credit_card"), split))
    no_installments, longest = cards.take(block.quota(2)), cards.take(block.quota(18))
    installments[no_installments], installments[longest] = 0, 24
    undefined = Picker(rng, np.intersect1d(orders.where("canceled"), np.flatnonzero(without_items)))
    void = undefined.take(block.quota(3))
    kinds[void], amounts[void], installments[void] = "not_defined", 0, 1
    counts["orders.without_payment"] += len(unpaid)
    counts["order_payments.several_rows"] += len(split)
    counts["order_payments.zero_voucher"] += len(zero_vouchers)
    counts["order_payments.not_defined"] += len(void)
    counts["order_payments.zero_installments"] += len(set(no_installments.tolist()) - unpaid)
    counts["order_payments.without_first"] += len(shifted)
    lines = []
    rows = zip(orders.order_ids, kinds.tolist(), installments.tolist(), amounts.tolist(), strict=True)
    for index, (order_id, kind, months, cents) in enumerate(rows):
        if index in unpaid:
            continue
        name, first = quoted(order_id), 2 if index in shifted else 1
        shares = _shares(cents, parts.get(index, 1), index in zero_vouchers)
        for place, share in enumerate(shares):
            what = f"{kind},{months}" if place == 0 else "voucher,1"
            lines.append(f"{name},{first + place},{what},{share // 100}.{share % 100:02d}")
    return lines


def _mismatch(block: Block, rng: np.random.Generator, amounts: Ints, candidates: Ints) -> None:
    """Amounts that differ from items plus freight: by one cent, by less than 1.00, and by up to 182.81."""
    picker = Picker(rng, candidates)
    cent, little, much = (picker.take(block.quota(real)) for real in (273, 54, 249))
    amounts[cent] += 1
    amounts[little] += rng.integers(2, 100, len(little))
    amounts[much] += np.minimum(101 + rng.exponential(1500, len(much)).astype(np.int64), 18_281)
    block.counts["order_payments.mismatch_cent"] += len(cent)
    block.counts["order_payments.mismatch_up_to_1"] += len(little)
    block.counts["order_payments.mismatch_over_1"] += len(much)


def _shares(cents: int, parts: int, zero_voucher: bool) -> list[int]:
    """Split an amount over a card and vouchers; the parts add up exactly."""
    if parts == 1:
        return [cents]
    voucher = 0 if zero_voucher else cents // (parts + 1)
    return [cents - voucher * (parts - 1), *[voucher] * (parts - 1)]
