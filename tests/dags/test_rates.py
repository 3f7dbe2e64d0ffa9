"""The rates client against the original's answers and the stub: spans, retries, and an API that lies."""

from __future__ import annotations

import json
from datetime import date

import pytest
import requests
from tenacity import wait_none

from customer360 import rates
from customer360.rates import RatesError, RatesRefusedError
from scripts.sandbox import Sandbox
from tests import frankfurter, web

pytestmark = pytest.mark.sandbox

MONDAY, SUNDAY = date(2017, 11, 20), date(2017, 11, 26)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates.fetch.retry, "wait", wait_none())  # type: ignore[attr-defined]


def fetch(
    sandbox: Sandbox, start: date = MONDAY, end: date = SUNDAY, read_seconds: float = 20
) -> list[rates.Rate]:
    return rates.fetch(sandbox.rates_url, start, end, timeout=(5, read_seconds))


def test_working_days_come_in_order_and_weekends_do_not(sandbox: Sandbox) -> None:
    assert [rate.day.day for rate in fetch(sandbox)] == [20, 21, 22, 23, 24]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2017, 11, 26), date(2017, 11, 28), ["2017-11-24", "2017-11-27", "2017-11-28"]),  # a Sunday
        (date(2017, 4, 16), date(2017, 4, 18), ["2017-04-13", "2017-04-18"]),  # Easter
        (date(2017, 11, 25), date(2017, 11, 26), ["2017-11-24"]),  # a weekend alone
        (date(2017, 2, 20), date(2017, 3, 2), ["2017-03-01", "2017-03-02"]),  # before the first rate there is
    ],
)
def test_a_span_of_the_original_begins_with_the_working_day_at_or_before_its_start(
    start: date, end: date, days: list[str]
) -> None:
    with frankfurter.playing() as url:
        assert [rate.day.isoformat() for rate in rates.fetch(url, start, end)] == days


def test_the_same_span_twice_is_the_same(sandbox: Sandbox) -> None:
    assert fetch(sandbox, date(2017, 11, 26), date(2017, 12, 3)) == fetch(
        sandbox, date(2017, 11, 26), date(2017, 12, 3)
    )


@pytest.mark.parametrize("prefix", ["/v1", "/api"])
def test_a_wrong_base_address_is_an_error_that_names_the_setting(prefix: str) -> None:
    with (
        frankfurter.playing() as url,
        pytest.raises(RatesRefusedError, match="answered 404; check C360_RATES_URL, the address without /v1"),
    ):
        rates.fetch(f"{url}{prefix}", MONDAY, date(2017, 11, 24))


def test_an_api_that_moved_is_an_error_that_names_its_new_address() -> None:
    def moved(path: str) -> web.Answer:
        return 301, {"Location": f"https://api.frankfurter.example{path}"}, b""

    with web.answering(moved) as url, pytest.raises(RatesRefusedError) as caught:
        rates.fetch(url, MONDAY, SUNDAY)
    assert "has moved; set C360_RATES_URL to https://api.frankfurter.example" in str(caught.value)


def answer(days: list[str]) -> bytes:
    """An answer of the original's shape with rates for these days."""
    body = {"amount": 1.0, "base": "BRL", "rates": {day: {"USD": 0.3} for day in days}}
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            b"<!doctype html><title>Sign in</title>",
            "is no JSON, so this is not the API; check C360_RATES_URL",
        ),
        (answer([]), "no rate in the whole span"),
        (answer(["2017-11-20"]), "no rate between 2017-11-20 and 2017-12-03"),
        (answer(["2017-11-20", "2017-11-29"]), "no rate between 2017-11-20 and 2017-11-29"),
        (answer(["2017-11-16", "2017-11-17", "2017-11-27"]), "2017-11-17 lies outside the span"),
        (answer(["2017-11-10", "2017-11-20", "2017-11-27"]), "2017-11-10 lies outside the span"),
        (answer(["2017-11-20", "2017-11-27", "2017-12-04"]), "2017-12-04 lies outside the span"),
    ],
)
def test_an_answer_that_cannot_be_the_api_s_is_refused(body: bytes, problem: str) -> None:
    with (
        web.answering(lambda _path: (200, {"Content-Type": "application/json"}, body)) as url,
        pytest.raises(RatesRefusedError, match=problem),
    ):
        rates.fetch(url, MONDAY, date(2017, 12, 3))


@pytest.mark.parametrize("mode", ["503", "429", "reset"])
def test_an_api_that_recovers_is_tried_again(sandbox: Sandbox, rates_fault: str, mode: str) -> None:
    requests.post(rates_fault, json={"mode": mode, "times": 2}, timeout=5)
    assert len(fetch(sandbox)) == 5


def test_an_api_that_stays_down_is_named(sandbox: Sandbox, rates_fault: str) -> None:
    requests.post(rates_fault, json={"mode": "503", "times": 50}, timeout=5)
    with pytest.raises(RatesError, match="answered 503; run again later"):
        fetch(sandbox)


def test_a_slow_api_is_given_up_and_tried_again(sandbox: Sandbox, rates_fault: str) -> None:
    requests.post(rates_fault, json={"mode": "slow", "times": 1}, timeout=5)
    assert len(fetch(sandbox, read_seconds=0.3)) == 5


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        ("negative", "not a positive number"),
        ("nan", "NaN is no number"),
        ("wrong_base", "base is not BRL"),
        ("empty", "cannot be used"),
    ],
)
def test_an_api_that_lies_is_refused_at_once(
    sandbox: Sandbox, rates_fault: str, mode: str, problem: str
) -> None:
    requests.post(rates_fault, json={"mode": mode, "times": 1}, timeout=5)
    with pytest.raises(RatesError, match=problem):
        fetch(sandbox)


def test_a_refused_request_names_the_setting_to_check(sandbox: Sandbox) -> None:
    with pytest.raises(RatesError, match="check C360_RATES_URL"):
        rates.fetch(sandbox.rates_url, MONDAY, SUNDAY, source="USD", target="USD")
