"""Revenue by month and the means of payment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from scripts.demo.charts.scales import Scale, around, from_zero, share
from scripts.demo.queries import Category, OrderGroup, PaymentGroup


@dataclass(frozen=True)
class Amounts:
    """Payments summed: `rate` is the average USD for one BRL, None where nothing was converted."""

    payments: int
    installments: int
    brl: Decimal
    usd: Decimal
    without_rate: int

    @property
    def rate(self) -> float | None:
        """Average exchange rate, weighted by amount."""
        return share(self.usd, self.brl) or None


def add_up(groups: Iterable[PaymentGroup]) -> Amounts:
    """The sum of some payment groups."""
    listed = list(groups)
    return Amounts(
        payments=sum(group.payments for group in listed),
        installments=sum(group.installments for group in listed),
        brl=sum((group.amount_brl for group in listed), Decimal()),
        usd=sum((group.amount_usd for group in listed), Decimal()),
        without_rate=sum(group.without_rate for group in listed),
    )


@dataclass(frozen=True)
class Month:
    """Payments of one purchase month; partial when the purchases do not fill it."""

    month: date
    amounts: Amounts
    partial: bool


@dataclass(frozen=True)
class Revenue:
    """Payments by purchase month without gaps, with an axis for each currency and for the rate."""

    months: tuple[Month, ...]
    brl: Scale
    usd: Scale
    rate: Scale
    total: Amounts


def revenue(payments: Sequence[PaymentGroup], orders: Sequence[OrderGroup] | None) -> Revenue:
    """Every month from the first payment to the last; `orders` tell which months are not complete."""
    partial = _partial_months(orders or ())
    months = [
        Month(month, add_up(group for group in payments if group.month == month), month in partial)
        for month in _calendar({group.month for group in payments})
    ]
    return Revenue(
        tuple(months),
        from_zero([month.amounts.brl for month in months], ticks=4),
        from_zero([month.amounts.usd for month in months], ticks=4),
        around([month.amounts.rate for month in months if month.amounts.rate]),
        add_up(payments),
    )


def _partial_months(orders: Sequence[OrderGroup]) -> set[date]:
    if not orders:
        return set()
    first = min(group.first_purchase for group in orders)
    last = max(group.last_purchase for group in orders)
    partial = {first.replace(day=1)} if first.day > 1 else set()
    if (last + timedelta(days=1)).day > 1:
        partial.add(last.replace(day=1))
    return partial


def _calendar(months: set[date]) -> list[date]:
    """The months without gaps."""
    if not months:
        return []
    first, last = min(months), max(months)
    years = range(first.year, last.year + 1)
    return [
        month
        for year in years
        for number in range(1, 13)
        if first <= (month := date(year, number, 1)) <= last
    ]


@dataclass(frozen=True)
class Means:
    """One means of payment over all months, and its share of the amount."""

    payment_type: str
    amounts: Amounts
    share: float


def payment_mix(payments: Sequence[PaymentGroup]) -> tuple[Means, ...]:
    """Means of payment by amount, greatest first."""
    total = add_up(payments)
    sums = {
        name: add_up(group for group in payments if group.payment_type == name)
        for name in sorted({group.payment_type for group in payments})
    }
    means = [Means(name, amounts, share(amounts.brl, total.brl)) for name, amounts in sums.items()]
    return tuple(sorted(means, key=lambda entry: -entry.amounts.brl))


@dataclass(frozen=True)
class CategoryShare:
    """Sales of one category, or of all the rest: share of all sales, and length of the bar in percent."""

    name: str
    sales_brl: Decimal
    share: float
    bar: float


def top_categories(categories: Sequence[Category], count: int = 9) -> tuple[CategoryShare, ...]:
    """The first of a descending list, and the sum of the others, whose bar would dwarf the rest: it has none."""
    total = sum((category.sales_brl for category in categories), Decimal())
    scale = from_zero(category.sales_brl for category in categories)
    top, others = categories[:count], categories[count:]
    rows = [
        CategoryShare(
            category.name or "without a category",
            category.sales_brl,
            share(category.sales_brl, total),
            scale.at(category.sales_brl),
        )
        for category in top
    ]
    if others:
        rest = sum((category.sales_brl for category in others), Decimal())
        rows.append(CategoryShare(f"{len(others)} others", rest, share(rest, total), 0))
    return tuple(rows)
