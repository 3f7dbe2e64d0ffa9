"""Delivery times and what the customers thought of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scripts.demo.charts.scales import Scale, from_zero, share
from scripts.demo.queries import OrderGroup, StateDelivery

SCORES = (1, 2, 3, 4, 5)
QUANTILES = {"p10": 2, "p25": 5, "p50": 10, "p75": 15, "p90": 18}  # positions in StateDelivery.quantiles


@dataclass(frozen=True)
class StateRow:
    """Delivery in one state: five quantiles in days and the share that came late."""

    state: str
    orders: int
    days: Mapping[str, float]
    late: float


@dataclass(frozen=True)
class Deliveries:
    """States from the fastest to the slowest, on one axis of days and one of late shares."""

    rows: tuple[StateRow, ...]
    days: Scale
    late: Scale
    late_share: float


def deliveries(states: Sequence[StateDelivery]) -> Deliveries:
    """Order the states by their median."""
    rows = [
        StateRow(
            state.state,
            state.orders,
            {name: state.quantiles[position] for name, position in QUANTILES.items()},
            share(state.late_orders, state.orders),
        )
        for state in states
    ]
    rows.sort(key=lambda row: (row.days["p50"], row.state))
    late = share(sum(state.late_orders for state in states), sum(state.orders for state in states))
    return Deliveries(
        tuple(rows),
        from_zero([row.days["p90"] for row in rows], ticks=8),
        from_zero([row.late for row in rows]),
        late,
    )


@dataclass(frozen=True)
class Stars:
    """Reviews of the orders with one arrival: counts for 1 to 5 stars."""

    arrival: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All reviewed orders."""
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """Mean stars; 0 without a review."""
        return share(sum(score * count for score, count in zip(SCORES, self.counts, strict=True)), self.total)

    @property
    def parts(self) -> list[tuple[int, int, float, float]]:
        """Stars, count, left edge and width in percent of the stacked bar."""
        edges = [100 * share(sum(self.counts[:index]), self.total) for index in range(len(SCORES) + 1)]
        return [
            (score, count, edges[index], edges[index + 1] - edges[index])
            for index, (score, count) in enumerate(zip(SCORES, self.counts, strict=True))
        ]


def stars(groups: Sequence[OrderGroup]) -> tuple[Stars, ...]:
    """One row for all reviewed orders, then one per arrival."""

    def row(title: str, members: Sequence[OrderGroup]) -> Stars:
        return Stars(
            title, tuple(sum(g.orders for g in members if g.review_score == score) for score in SCORES)
        )

    arrivals = [
        name for name in ("on time", "late", "not delivered") if any(g.arrival == name for g in groups)
    ]
    return (row("all", groups), *(row(name, [g for g in groups if g.arrival == name]) for name in arrivals))
