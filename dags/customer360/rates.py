"""Exchange rates by Frankfurter's API, version 1: working days only, checked before use.

Source of the API's behaviour: github.com/lineofflight/frankfurter, lib/versions/v1.rb and lib/rate_scopes.rb.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NoReturn

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from customer360.errors import PermanentError

ATTEMPTS = 5
TIMEOUT_SECONDS = (5, 20)  # to connect, to answer
RETRIED_STATUS = (408, 429, 500, 502, 503, 504)
# Between two working days of the European Central Bank; Easter and Christmas take five.
LONGEST_GAP = timedelta(days=7)
SETTING = "C360_RATES_URL"


class RatesError(RuntimeError):
    """The API cannot be used; the message says what it did and what to do next."""


class RatesRefusedError(RatesError, PermanentError):
    """The API's answer cannot be used, and the same request would bring it again."""


class _UnavailableError(RatesError):
    """The API did not answer this time."""


@dataclass(frozen=True)
class Rate:
    """Units of `target` for one unit of `source` on a working day."""

    day: date
    source: str
    target: str
    value: float


@retry(
    retry=retry_if_exception_type(_UnavailableError),
    stop=stop_after_attempt(ATTEMPTS),
    wait=wait_exponential_jitter(initial=0.5, max=20),
    reraise=True,
)
def fetch(
    url: str,
    start: date,
    end: date,
    source: str = "BRL",
    target: str = "USD",
    timeout: tuple[float, float] = TIMEOUT_SECONDS,
) -> list[Rate]:
    """Rates of the working days from the one at or before `start` up to `end`, in order.

    Raises RatesRefusedError for an answer that cannot be true or is not the API's, and RatesError when the API stays
    away after several tries.
    """
    path = f"{url}/v1/{start.isoformat()}..{end.isoformat()}"
    try:
        response = requests.get(
            path, params={"base": source, "symbols": target}, timeout=timeout, allow_redirects=False
        )
    except requests.RequestException as error:
        raise _UnavailableError(
            f"{path}: {type(error).__name__}; is the API reachable? Run again later"
        ) from error
    if response.status_code in RETRIED_STATUS:
        raise _UnavailableError(f"{path}: the API answered {response.status_code}; run again later")
    if response.is_redirect:
        moved = response.headers["Location"].partition("/v1/")[0]
        raise RatesRefusedError(f"{path}: the API has moved; set {SETTING} to {moved}")
    if response.status_code != requests.codes.ok:
        raise RatesRefusedError(
            f"{path}: the API answered {response.status_code}; check {SETTING}, the address without /v1"
        )
    found = _parse(path, response.text, start, end, source, target)
    _require_no_gap(path, found, end)
    return found


def _parse(path: str, text: str, start: date, end: date, source: str, target: str) -> list[Rate]:
    try:
        answer = json.loads(text, parse_constant=_refuse_constant)
        if (answer["base"], answer["amount"]) != (source, 1.0):
            raise ValueError(f"base is not {source} with amount 1")
        found = [_rate(day, quotes, source, target) for day, quotes in sorted(answer["rates"].items())]
    except json.JSONDecodeError as error:
        raise RatesRefusedError(
            f"{path}: the answer is no JSON, so this is not the API; check {SETTING}"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RatesRefusedError(
            f"{path}: the answer cannot be used ({error}); yesterday's rates stay in place; check {SETTING}"
        ) from error
    # A span begins with the working day at or before its start.
    outside = [rate.day for rate in found[1:] if rate.day < start] + [
        rate.day for rate in found if not start - LONGEST_GAP <= rate.day <= end
    ]
    if outside:
        raise RatesRefusedError(
            f"{path}: {outside[0]} lies outside the span that was asked for; yesterday's rates stay in place"
        )
    return found


def _require_no_gap(path: str, found: list[Rate], end: date) -> None:
    days = [rate.day for rate in found]
    gaps = [(one, other) for one, other in pairwise([*days, end]) if other - one > LONGEST_GAP]
    if not days or gaps:
        where = f"between {gaps[0][0]} and {gaps[0][1]}" if gaps else "in the whole span"
        raise RatesRefusedError(
            f"{path}: the API has no rate {where}; yesterday's rates stay in place; check {SETTING}"
        )


def _rate(day: str, quotes: dict[str, Any], source: str, target: str) -> Rate:
    parsed, value = date.fromisoformat(day), float(quotes[target])
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"the rate of {day} is not a positive number")
    return Rate(parsed, source, target, value)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
