"""Positions and sums behind the plots."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scripts.demo import formats
from scripts.demo.charts import delivery, money, persons, run, scales
from scripts.demo.queries import Category, CohortCell, OrderGroup, PaymentGroup


def test_a_linear_axis_starts_at_zero_and_ends_at_the_greatest_value() -> None:
    scale = scales.from_zero([3, 48])
    assert (scale.at(0), scale.at(24), scale.at(48)) == (0, 50, 100)
    assert scale.ticks == (0, 10, 20, 30, 40)


def test_a_logarithmic_axis_gives_each_decade_the_same_room() -> None:
    scale = scales.decades([71, 115_277])
    assert scale.ticks[-1] == 1_000_000
    assert scale.at(1000) == 50


def test_an_axis_without_values_still_stands() -> None:
    assert scales.from_zero([]).at(0) == 0
    assert scales.decades([]).ticks == (1, 10)


def test_a_line_over_equal_values_has_an_axis_around_them() -> None:
    scale = scales.around([0.31, 0.31])
    assert 0 < scale.at(0.31) < 100


def test_gains_of_one_table_do_not_hide_losses_of_another() -> None:
    layers = run.layers({"rows": {"raw.a": 10, "raw.b": 10, "staging.stg_a": 9, "staging.stg_b": 11}})
    assert layers.lost == 2


def test_a_timeline_counts_from_its_first_step() -> None:
    steps = run.timeline(
        {
            "timeline": [
                {"step": "b", "start": 103.0, "seconds": 2},
                {"step": "a", "start": 100.0, "seconds": 1},
            ]
        }
    ).steps
    assert [(step.name, step.start) for step in steps] == [("a", 0), ("b", 3)]


def _payment(month: date, brl: str = "10") -> PaymentGroup:
    return PaymentGroup(month, "boleto", 1, 1, Decimal(brl), Decimal(brl) / 4, 0)


def test_a_month_without_payments_is_shown_as_a_gap() -> None:
    months = money.revenue([_payment(date(2017, 12, 1)), _payment(date(2018, 2, 1))], None).months
    assert [(month.month, month.amounts.brl, month.amounts.rate) for month in months] == [
        (date(2017, 12, 1), Decimal(10), 0.25),
        (date(2018, 1, 1), Decimal(0), None),
        (date(2018, 2, 1), Decimal(10), 0.25),
    ]


@pytest.mark.parametrize(
    ("first", "last", "partial"),
    [
        (date(2018, 1, 1), date(2018, 2, 28), set()),
        (date(2018, 1, 2), date(2018, 2, 28), {1}),
        (date(2018, 1, 1), date(2018, 2, 27), {2}),
    ],
)
def test_a_month_that_the_purchases_do_not_fill_is_partial(
    first: date, last: date, partial: set[int]
) -> None:
    orders = [OrderGroup("late", 1, 1, first, last)]
    months = money.revenue([_payment(date(2018, 1, 1)), _payment(date(2018, 2, 1))], orders).months
    assert {month.month.month for month in months if month.partial} == partial


def test_categories_past_the_first_ones_are_added_up() -> None:
    rows = money.top_categories(
        [Category(name, Decimal(amount)) for name, amount in zip("abcd", (5, 3, 1, 1), strict=True)], 2
    )
    assert [(row.name, row.sales_brl, row.share, row.bar) for row in rows] == [
        ("a", Decimal(5), 0.5, 100),
        ("b", Decimal(3), 0.3, 60),
        ("2 others", Decimal(2), 0.2, 0),
    ]


def test_retention_counts_only_cohorts_that_have_lived_through_the_month() -> None:
    january, february, march = (date(2018, number, 1) for number in (1, 2, 3))
    heat = persons.cohorts(
        [
            CohortCell(january, january, 100),
            CohortCell(january, february, 10),
            CohortCell(january, march, 4),
            CohortCell(february, february, 50),
            CohortCell(february, march, 20),
            CohortCell(march, march, 30),
        ]
    )
    rates = {row.month: [cell and cell.rate for cell in row.cells] for row in heat.rows}
    assert rates == {None: [0.2, 0.04], january: [0.1, 0.04], february: [0.4, None], march: [None, None]}


def test_a_tiny_cohort_does_not_set_the_colours() -> None:
    january, february = date(2018, 1, 1), date(2018, 2, 1)
    december = date(2017, 12, 1)
    cells = [
        CohortCell(december, december, 1),
        CohortCell(december, january, 1),
        CohortCell(january, january, 1000),
        CohortCell(january, february, 20),
    ]
    assert persons.cohorts(cells).ceiling == 0.02


def test_stacked_stars_fill_the_bar() -> None:
    everyone, late = delivery.stars(
        [
            OrderGroup("late", 1, 3, date(2018, 1, 1), date(2018, 1, 1)),
            OrderGroup("late", 5, 1, date(2018, 1, 1), date(2018, 1, 1)),
            OrderGroup("late", None, 9, date(2018, 1, 1), date(2018, 1, 1)),
        ]
    )
    assert late.parts[0] == (1, 3, 0, 75)
    assert late.parts[-1] == (5, 1, 75, 25)
    assert (everyone.total, everyone.mean) == (4, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (formats.compact(999_600), "1 M"),
        (formats.compact(1_553_210), "1.55 M"),
        (formats.compact(0), "0"),
        (formats.percent(0.0004), "<0.1 %"),
        (formats.percent(0), "0.0 %"),
        (formats.seconds(75.2), "1 min 15 s"),
        (formats.title("credit_card"), "Credit card"),
        (formats.title("dbt marts"), "dbt marts"),
    ],
)
def test_numbers_and_names_read_well(text: str, expected: str) -> None:
    assert text.replace("\xa0", " ") == expected
