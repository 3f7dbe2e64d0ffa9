"""The rates stub answers as Frankfurter's version 1 did when it was asked; see tests/frankfurter.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests

from scripts.sandbox import Sandbox
from scripts.sandbox.rates_stub import easter, is_working_day, made_series
from tests.frankfurter import Recorded, recorded


def get(sandbox: Sandbox, path: str) -> requests.Response:
    return requests.get(f"{sandbox.rates_url}{path}", timeout=5)


def shape(status: int, headers: Mapping[str, str], body: Any) -> tuple[object, ...]:
    """What two answers have in common when they differ in their rates alone."""
    found = {name.lower(): value for name, value in headers.items()}
    if "rates" in body:
        body = body | {"rates": {day: list(rates) for day, rates in body["rates"].items()}}
    return status, found["cache-control"], found.get("etag"), body


# The original that was asked knew other days, and says of itself what the stub does not play.
OF_OTHER_DAYS = ("2017-02-20..2017-03-02", "2017-01-01..2017-01-09", "2018-01-08..")
PLAYED = [
    entry
    for entry in recorded()
    if entry.path != "/v1" and not entry.path.removeprefix("/v1/").startswith(OF_OTHER_DAYS)
]


@pytest.mark.sandbox
@pytest.mark.parametrize("entry", PLAYED, ids=lambda entry: entry.path)
def test_the_stub_answers_as_the_original_did(sandbox: Sandbox, entry: Recorded) -> None:
    response = get(sandbox, entry.path)
    assert shape(response.status_code, response.headers, response.json()) == shape(
        entry.status, entry.headers, entry.body
    )


@pytest.mark.sandbox
def test_a_span_without_an_end_goes_up_to_today(sandbox: Sandbox) -> None:
    answer = get(sandbox, "/v1/2026-01-01..?base=BRL&symbols=USD").json()
    assert datetime.now(UTC).date() - date.fromisoformat(answer["end_date"]) < timedelta(days=6)


def test_made_rates_are_those_of_the_years_of_the_shop() -> None:
    assert all(0.183 < rate < 0.329 for rate in made_series(date(2018, 12, 31)).values())


@pytest.mark.parametrize(("year", "day"), [(2016, "2016-03-27"), (2018, "2018-04-01"), (2025, "2025-04-20")])
def test_easter_falls_on_its_day(year: int, day: str) -> None:
    assert easter(year) == date.fromisoformat(day)


@pytest.mark.parametrize("day", ["2018-03-30", "2018-04-02", "2018-05-01", "2017-12-26", "2017-11-25"])
def test_holidays_and_weekends_have_no_rate(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


def test_made_rates_do_not_change_when_the_series_grows() -> None:
    short, long = made_series(date(2017, 1, 31)), made_series(date(2018, 1, 31))
    assert all(long[day] == rate for day, rate in short.items())
