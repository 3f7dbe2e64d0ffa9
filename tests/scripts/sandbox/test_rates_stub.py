"""The rates stub answers as Frankfurter's version 1 does."""

from __future__ import annotations

from datetime import date

import pytest
import requests

from scripts.sandbox import Sandbox
from scripts.sandbox.rates_stub import easter, is_working_day, made_series


def get(sandbox: Sandbox, path: str) -> requests.Response:
    return requests.get(f"{sandbox.rates_url}{path}", timeout=5)


@pytest.mark.sandbox
def test_a_span_answers_with_the_first_and_last_day_that_have_data(sandbox: Sandbox) -> None:
    answer = get(sandbox, "/v1/2017-11-25..2017-11-28?base=BRL&symbols=USD").json()
    assert list(answer) == ["amount", "base", "start_date", "end_date", "rates"]
    assert (answer["amount"], answer["base"]) == (1.0, "BRL")
    assert (answer["start_date"], answer["end_date"]) == ("2017-11-27", "2017-11-28")
    assert list(answer["rates"]) == ["2017-11-27", "2017-11-28"]
    assert 0.183 < answer["rates"]["2017-11-27"]["USD"] < 0.329


@pytest.mark.sandbox
def test_the_older_parameter_names_answer_the_same(sandbox: Sandbox) -> None:
    span = "/v1/2017-11-20..2017-11-24"
    assert (
        get(sandbox, f"{span}?from=BRL&to=USD").json() == get(sandbox, f"{span}?base=BRL&symbols=USD").json()
    )


@pytest.mark.sandbox
def test_answers_can_be_cached_for_a_day(sandbox: Sandbox) -> None:
    headers = get(sandbox, "/v1/2017-11-20..2017-11-24?base=BRL&symbols=USD").headers
    assert headers["Cache-Control"].endswith("max-age=86400")
    assert headers["ETag"]


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("path", "status", "answer"),
    [
        ("/v1/2017-11-25..2017-11-26?base=BRL&symbols=USD", 404, {"message": "not found"}),
        ("/v1/elsewhere", 404, {"message": "not found"}),
        ("/v1/2017-11-20..2017-11-24?base=USD&symbols=USD", 422, {"message": "bad currency pair"}),
        ("/v1/2017-13-20..2017-11-24?base=BRL&symbols=USD", 422, {"message": "invalid date"}),
    ],
)
def test_bad_and_empty_requests_have_their_status(
    sandbox: Sandbox, path: str, status: int, answer: dict[str, str]
) -> None:
    response = get(sandbox, path)
    assert (response.status_code, response.json()) == (status, answer)


@pytest.mark.parametrize(("year", "day"), [(2016, "2016-03-27"), (2018, "2018-04-01"), (2025, "2025-04-20")])
def test_easter_falls_on_its_day(year: int, day: str) -> None:
    assert easter(year) == date.fromisoformat(day)


@pytest.mark.parametrize("day", ["2018-03-30", "2018-04-02", "2018-05-01", "2017-12-26", "2017-11-25"])
def test_holidays_and_weekends_have_no_rate(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


def test_made_rates_do_not_change_when_the_series_grows() -> None:
    short, long = made_series(date(2017, 1, 31)), made_series(date(2018, 1, 31))
    assert all(long[day] == rate for day, rate in short.items())
