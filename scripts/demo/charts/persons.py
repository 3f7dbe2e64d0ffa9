"""Persons: the cohort heat map and the RFM segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scripts.demo.charts.scales import Scale, from_zero, share
from scripts.demo.queries import CohortCell, Segment

SOLID = 0.01  # of all persons: a smaller cohort's rate is mostly noise and must not set the colours


@dataclass(frozen=True)
class Cell:
    """Persons of a cohort who bought again in one month, and their share of the cohort."""

    persons: int
    rate: float


@dataclass(frozen=True)
class Cohort:
    """One cohort (month None: all of them); a cell is None where its month has not come yet."""

    month: date | None
    persons: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Cohorts:
    """The heat map: all cohorts together, then each; `ceiling` is the rate of the strongest colour."""

    rows: tuple[Cohort, ...]
    ceiling: float


def cohorts(cells: Sequence[CohortCell]) -> Cohorts:
    """Retention: the share of a cohort's persons that bought in the n-th month after their first purchase."""
    size = {cell.cohort_month: cell.persons for cell in cells if cell.order_month == cell.cohort_month}
    last = max(cell.order_month for cell in cells)
    rates = {month: _rates([month], size, cells, last) for month in sorted(size)}
    solid = [month for month in rates if size[month] >= SOLID * sum(size.values())]
    ceiling = max((cell.rate for month in solid for cell in rates[month] if cell), default=0.0)
    overall = Cohort(None, sum(size.values()), _rates(list(size), size, cells, last))
    return Cohorts((overall, *(Cohort(month, size[month], rates[month]) for month in rates)), ceiling)


def _rates(
    members: Sequence[date], size: Mapping[date, int], cells: Sequence[CohortCell], last: date
) -> tuple[Cell | None, ...]:
    """Retention per month after the first purchase, over the cohorts that have lived through that month."""
    result: list[Cell | None] = []
    for month in range(1, months_between(min(size), last) + 1):
        lived = {member for member in members if months_between(member, last) >= month}
        persons = sum(
            cell.persons
            for cell in cells
            if cell.cohort_month in lived and months_between(cell.cohort_month, cell.order_month) == month
        )
        rate = share(persons, sum(size[member] for member in lived))
        result.append(Cell(persons, rate) if lived else None)
    return tuple(result)


def months_between(first: date, last: date) -> int:
    """Whole calendar months from one month to another."""
    return (last.year - first.year) * 12 + last.month - first.month


@dataclass(frozen=True)
class SegmentShare:
    """One RFM segment and its part of the persons and of their lifetime value."""

    segment: Segment
    persons: float
    value: float


@dataclass(frozen=True)
class Segments:
    """The segments on one axis of shares."""

    rows: tuple[SegmentShare, ...]
    scale: Scale
    persons: int
    repeat_buyers: int


def segments(groups: Sequence[Segment]) -> Segments:
    """Segments in the order given, with their shares."""
    persons = sum(group.persons for group in groups)
    value = sum((group.lifetime_value_brl for group in groups), Decimal())
    rows = [
        SegmentShare(group, share(group.persons, persons), share(group.lifetime_value_brl, value))
        for group in groups
    ]
    scale = from_zero([part for row in rows for part in (row.persons, row.value)], ticks=4)
    return Segments(tuple(rows), scale, persons, sum(group.repeat_buyers for group in groups))
