"""Exchange rates by Frankfurter's API, version 1: working days only, checked before use."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

ATTEMPTS = 5
TIMEOUT_SECONDS = (5, 20)  # to connect, to answer
RETRIED_STATUS = (408, 429, 500, 502, 503, 504)


class RatesError(RuntimeError):
    """The API cannot be used; the message says what it did and what to do next."""


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
    """Rates of the working days in start..end, in order; an empty list when the span has none.

    Raises RatesError when the API stays away after several tries, or answers what cannot be true.
    """
    path = f"{url}/v1/{start.isoformat()}..{end.isoformat()}"
    try:
        response = requests.get(path, params={"base": source, "symbols": target}, timeout=timeout)
    except requests.RequestException as error:
        raise _UnavailableError(
            f"{path}: {type(error).__name__}; is the API reachable? Run again later"
        ) from error
    if response.status_code in RETRIED_STATUS:
        raise _UnavailableError(f"{path}: the API answered {response.status_code}; run again later")
    if response.status_code == requests.codes.not_found:
        return []
    if not response.ok:
        raise RatesError(f"{path}: the API answered {response.status_code}; check C360_RATES_URL")
    return _parse(path, response.text, start, end, source, target)


def _parse(path: str, text: str, start: date, end: date, source: str, target: str) -> list[Rate]:
    try:
        answer = json.loads(text, parse_constant=_refuse_constant)
        if (answer["base"], answer["amount"]) != (source, 1.0):
            raise ValueError(f"base is not {source} with amount 1")
        return [
            _rate(day, quotes, start, end, source, target) for day, quotes in sorted(answer["rates"].items())
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RatesError(
            f"{path}: the answer cannot be used ({error}); yesterday's rates stay in place"
        ) from error


def _rate(day: str, quotes: dict[str, Any], start: date, end: date, source: str, target: str) -> Rate:
    parsed, value = date.fromisoformat(day), float(quotes[target])
    if not start <= parsed <= end:
        raise ValueError(f"{day} lies outside the span that was asked for")
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"the rate of {day} is not a positive number")
    return Rate(parsed, source, target, value)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
