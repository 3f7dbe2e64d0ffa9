"""Customers and orders of one block: who bought when, and how far the order came."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass

import numpy as np

from scripts.generate.canonical import Ints, epoch, hex_ids, quoted, times
from scripts.generate.places import STATES, Places, plain
from scripts.generate.quotas import Block, Picker

DELIVERED = "delivered"
# Real counts of the other statuses.
STATUSES = {
    "shipped": 1107,
    "canceled": 625,
    "unavailable": 609,
    "invoiced": 314,
    "processing": 301,
    "created": 5,
    "approved": 2,
}
# Purchases by month of the real files; the first two and the last two months are partial.
_MONTHS = {
    "2016-09": 4, "2016-10": 324, "2016-12": 1, "2017-01": 800, "2017-02": 1780, "2017-03": 2682,
    "2017-04": 2404, "2017-05": 3700, "2017-06": 3245, "2017-07": 4026, "2017-08": 4331, "2017-09": 4285,
    "2017-10": 4631, "2017-11": 7544, "2017-12": 5673, "2018-01": 7269, "2018-02": 6728, "2018-03": 7211,
    "2018-04": 6939, "2018-05": 6873, "2018-06": 6167, "2018-07": 6292, "2018-08": 6512, "2018-09": 16,
    "2018-10": 4,
}  # fmt: skip
_FIRST, _LAST = epoch("2016-09-04 21:15:19"), epoch("2018-10-17 17:30:18")
_BLACK_FRIDAY, _BLACK_FRIDAY_ORDERS = "2017-11-24", 1176
_HOURS = np.array(
    [24, 12, 5, 3, 2, 2, 5, 12, 30, 48, 62, 66, 60, 65, 66, 64, 67, 62, 58, 60, 62, 62, 58, 41.0]
)
_DAY = 86_400
EMPTY = -1


@dataclass
class Orders:
    """One block of orders; arrays by position, times in local seconds since 1970 and EMPTY when missing."""

    order_ids: list[str]
    customer_ids: list[str]
    unique_ids: list[str]
    zips: list[str]
    cities: list[str]
    states: Ints
    status: list[str]
    purchased: Ints
    approved: Ints
    carrier: Ints
    delivered: Ints
    estimated: Ints

    @property
    def plain_cities(self) -> list[str]:
        """Cities as the customers file spells them."""
        return [plain(city) for city in self.cities]

    def where(self, status: str) -> Ints:
        """Positions of the orders with this status."""
        return np.array([i for i, s in enumerate(self.status) if s == status], dtype=np.int64)

    def customer_lines(self) -> list[str]:
        """Rows of the customers file."""
        rows = zip(
            self.customer_ids,
            self.unique_ids,
            self.zips,
            self.plain_cities,
            self.states.tolist(),
            strict=True,
        )
        return [
            f'{quoted(record)},{quoted(person)},"{code}",{quoted(city)},{STATES[state].code}'
            for record, person, code, city, state in rows
        ]

    def order_lines(self) -> list[str]:
        """Rows of the orders file."""
        columns = (self.purchased, self.approved, self.carrier, self.delivered, self.estimated)
        rows = zip(self.order_ids, self.customer_ids, self.status, *map(times, columns), strict=True)
        return [f"{quoted(order)},{quoted(record)},{','.join(rest)}" for order, record, *rest in rows]


def make_orders(block: Block, places: Places) -> Orders:
    """Draw the block's orders with their quirks; counts the quirks in `block.counts`."""
    rng, count = block.rng(0), block.size
    positions = places.draw(rng, count, "customers")
    orders = Orders(
        order_ids=hex_ids(rng, count),
        customer_ids=hex_ids(rng, count),
        unique_ids=hex_ids(rng, count),
        zips=[],
        cities=[],
        states=places.states[positions],
        status=[DELIVERED] * count,
        purchased=_purchases(rng, count),
        approved=np.empty(0, dtype=np.int64),
        carrier=np.empty(0, dtype=np.int64),
        delivered=np.empty(0, dtype=np.int64),
        estimated=np.empty(0, dtype=np.int64),
    )
    if block.start == 0 and count > 1:
        orders.purchased[:2] = _FIRST, _LAST
    _repeat_persons(block, rng, orders, positions, places)
    _locate(block, rng, orders, positions, places)
    _draw_times(rng, orders)
    _assign_statuses(block, rng, orders)
    _break_events(block, rng, orders)
    return orders


def _purchases(rng: np.random.Generator, count: int) -> Ints:
    days: list[int] = []
    weights: list[float] = []
    for month, orders in _MONTHS.items():
        first = np.datetime64(month, "D")
        length = monthrange(*map(int, month.split("-")))[1]
        for day in range(length):
            date = first + np.timedelta64(day, "D")
            peak = str(date) == _BLACK_FRIDAY
            others = orders - _BLACK_FRIDAY_ORDERS if month == _BLACK_FRIDAY[:7] else orders
            days.append(int(date.astype(np.int64)) * _DAY)
            weights.append(_BLACK_FRIDAY_ORDERS if peak else others / length)
    chance = np.array(weights) / sum(weights)
    hours = rng.choice(24, count, p=_HOURS / _HOURS.sum())
    seconds = rng.choice(np.array(days), count, p=chance) + hours * 3600 + rng.integers(0, 3600, count)
    return np.clip(seconds, _FIRST, _LAST)


def _repeat_persons(
    block: Block, rng: np.random.Generator, orders: Orders, positions: Ints, places: Places
) -> None:
    """3 % of the people buy again, one of them 17 times; 250 of the real ones have moved between orders."""
    picker = Picker(rng, np.arange(block.size))
    # 2,997 people place the real 3,345 further orders; the one with 17 orders takes 16 of them.
    busiest = picker.take(17) if block.start == 0 and block.orders >= 1000 else np.empty(0, dtype=np.int64)
    groups = [busiest] if len(busiest) else []
    groups += [picker.take(3) for _ in range(block.quota(203))]
    groups += [picker.take(2) for _ in range(block.quota(2793))]
    movers = block.quota(250)
    for rank, group in enumerate(reversed(groups)):
        if len(group) < 2:
            continue
        for again in group[1:].tolist():
            orders.unique_ids[again] = orders.unique_ids[group[0]]
            if rank >= movers:
                positions[again] = positions[group[0]]
                orders.states[again] = orders.states[group[0]]
        moved = len({int(places.zips[positions[member]]) for member in group}) > 1
        block.counts["customers.person_with_several_zips"] += moved
        block.counts["customers.person_with_several_orders"] += 1


def _locate(block: Block, rng: np.random.Generator, orders: Orders, positions: Ints, places: Places) -> None:
    zips = places.zips[positions]
    # A person's other orders must keep their zip, so only people with one order lose it.
    singles = np.array([i for i, n in enumerate(_occurrences(orders.unique_ids)) if n == 1], dtype=np.int64)
    lost = Picker(rng, singles).take(block.quota(278))
    zips[lost] = places.unused(rng, positions[lost])
    block.counts["customers.zip_without_geolocation"] += len(lost)
    orders.zips = [f"{code:05d}" for code in zips.tolist()]
    orders.cities = [places.cities[position] for position in positions.tolist()]


def _occurrences(values: list[str]) -> list[int]:
    seen: dict[str, int] = {}
    for value in values:
        seen[value] = seen.get(value, 0) + 1
    return [seen[value] for value in values]


def _draw_times(rng: np.random.Generator, orders: Orders) -> None:
    """The regular order of events: purchase, approval, carrier, customer; 8 % later than promised."""
    count = len(orders.order_ids)
    usual = np.array([state.days for state in STATES])[orders.states]
    orders.approved = orders.purchased + np.where(
        rng.random(count) < 0.8, rng.integers(300, 3600, count), rng.integers(3600, 2 * _DAY, count)
    )
    orders.carrier = orders.approved + (3600 + rng.exponential(2.0, count) * _DAY).astype(np.int64)
    on_the_way = (usual - 2.5) * rng.lognormal(-0.12, 0.5, count)
    orders.delivered = orders.carrier + (7200 + on_the_way * _DAY).astype(np.int64)
    promised = usual * 1.15 + 8 + rng.normal(0, 3, count)
    orders.estimated = (orders.purchased // _DAY + np.maximum(promised, 3).astype(np.int64)) * _DAY


def _assign_statuses(block: Block, rng: np.random.Generator, orders: Orders) -> None:
    picker = Picker(rng, np.arange(2 if block.start == 0 else 0, block.size))
    for status, real in STATUSES.items():
        chosen = picker.take(block.quota(real))
        block.counts[f"orders.status_{status}"] += len(chosen)
        for position in chosen.tolist():
            orders.status[position] = status
        orders.delivered[chosen] = EMPTY
        if status not in ("shipped", "canceled"):
            orders.carrier[chosen] = EMPTY
        if status == "created":
            orders.approved[chosen] = EMPTY
        if status == "canceled":
            _cancel(block, orders, chosen)
    regular = Picker(rng, orders.where(DELIVERED))
    for quirk, real, column in (
        ("delivered_without_approval", 14, orders.approved),
        ("delivered_without_carrier", 2, orders.carrier),
        ("delivered_without_delivery_date", 8, orders.delivered),
    ):
        chosen = regular.take(block.quota(real))
        column[chosen] = EMPTY
        block.counts[f"orders.{quirk}"] += len(chosen)


def _cancel(block: Block, orders: Orders, chosen: Ints) -> None:
    """Most canceled orders never reached the carrier, 141 no approval, and 6 were delivered all the same."""
    delivered, shipped = block.quota(6), block.quota(69)
    arrived = chosen[:delivered]
    orders.delivered[arrived] = orders.carrier[arrived] + 5 * _DAY
    orders.carrier[chosen[delivered + shipped :]] = EMPTY
    unapproved = chosen[len(chosen) - block.quota(141) :] if block.quota(141) else chosen[:0]
    orders.approved[unapproved] = EMPTY
    block.counts["orders.canceled_yet_delivered"] += len(arrived)


def _break_events(block: Block, rng: np.random.Generator, orders: Orders) -> None:
    """Events out of order: exact numbers, each on orders that are regular otherwise."""
    complete = (orders.approved >= 0) & (orders.carrier >= 0) & (orders.delivered >= 0)
    picker = Picker(rng, np.flatnonzero(complete & (np.array(orders.status) == DELIVERED)))
    early = picker.take(block.quota(166))
    orders.carrier[early] = orders.purchased[early] - rng.integers(600, _DAY, len(early))
    unapproved = picker.take(block.quota(1193))
    wait = np.maximum((orders.approved - orders.purchased)[unapproved] // 2, 1)
    orders.carrier[unapproved] = orders.approved[unapproved] - wait
    reversed_ = picker.take(block.quota(23))
    orders.delivered[reversed_] = orders.carrier[reversed_] - rng.integers(60, 3600, len(reversed_))
    block.counts["orders.carrier_before_purchase"] += len(early)
    block.counts["orders.carrier_before_approval"] += len(early) + len(unapproved)
    block.counts["orders.delivered_before_carrier"] += len(reversed_)
    approval, carrier, delivery = (
        column < 0 for column in (orders.approved, orders.carrier, orders.delivered)
    )
    for name, empty in (("approval", approval), ("carrier", carrier), ("delivery", delivery)):
        block.counts[f"orders.without_{name}"] += int(empty.sum())
