"""The rates client against the stub: shapes, retries, and an API that lies."""

from __future__ import annotations

from datetime import date

import pytest
import requests
from tenacity import wait_none

from customer360 import rates
from customer360.rates import RatesError
from scripts.sandbox import Sandbox

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


def test_a_span_without_a_working_day_is_empty_and_no_error(sandbox: Sandbox) -> None:
    assert fetch(sandbox, date(2017, 11, 25), SUNDAY) == []


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
