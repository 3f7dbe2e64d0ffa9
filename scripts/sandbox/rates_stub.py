"""Frankfurter's API, version 1, for the sandbox: the same paths, shapes and status codes, with rates made here.

Source: github.com/lineofflight/frankfurter at 60541ad, lib/versions/v1.rb, lib/versions/v1/quote, lib/rate_scopes.rb,
lib/no_store_on_error.rb. What it does with a span, a 404 or a currency is listed in rates_stub.md.

The series is a seeded random walk within the range of 2016 to 2018, on the working days of the euro's payment
system. POST /_fault {"mode": ..., "times": n} makes the next n answers fail, for tests; see FAULTS.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FIRST_DAY = date(2016, 8, 1)
SEED = 360
LOW, HIGH, START = 0.185, 0.327, 0.307
SPAN = re.compile(r"^/v1/(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)?$")
SLOW_SECONDS = 3.0

Series = dict[str, float]
Answer = dict[str, Any]


def _change(field: str, value: Any) -> Callable[[Answer], Answer]:
    return lambda answer: {**answer, field: value}


def _change_rates(value: float) -> Callable[[Answer], Answer]:
    return lambda answer: {**answer, "rates": {day: {"USD": value} for day in answer["rates"]}}


# What a fault does to a right answer; the others act on the connection.
LIES: dict[str, Callable[[Answer], Answer]] = {
    "negative": _change_rates(-0.25),
    "nan": _change_rates(float("nan")),
    "wrong_base": _change("base", "EUR"),
    "empty": lambda _answer: {},
}
FAULTS = ("429", "503", "slow", "reset", *LIES)


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def is_working_day(day: date) -> bool:
    """True on the working days of the euro's payment system."""
    sunday = easter(day.year)
    holidays = {(1, 1), (5, 1), (12, 25), (12, 26)}
    moving = {sunday - timedelta(2), sunday + timedelta(1)}
    return day.weekday() < 5 and (day.month, day.day) not in holidays and day not in moving


@cache
def made_series(last: date) -> Series:
    """Units of USD for one BRL on every working day up to `last`; the same on every machine."""
    walk, rate, series = random.Random(SEED), START, {}  # noqa: S311 - not for secrets
    for offset in range((last - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(offset)
        if is_working_day(day):
            rate = min(max(rate + walk.gauss(0, 0.0018), LOW), HIGH)
            series[day.isoformat()] = round(rate, 5)
    return series


def span_of(series: Series, start: date, end: date) -> list[str]:
    """The days of a span, which begins with the last one at or before its start; none when it starts in the future."""
    if start > datetime.now(UTC).date():
        return []
    nearest = max((day for day in series if day <= start.isoformat()), default=start.isoformat())
    return [day for day in series if nearest <= day <= end.isoformat()]


class Stub(ThreadingHTTPServer):
    """The server, and the faults still to come."""

    daemon_threads = True

    def __init__(self, host: str, port: int):
        super().__init__((host, port), Handler)
        self.faults: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Stub
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Set the faults to come."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        order = json.loads(body)
        if order["mode"] not in ("none", *FAULTS):
            return self._send(422, {"message": f"mode is one of none, {', '.join(FAULTS)}"})
        self.server.faults = [] if order["mode"] == "none" else [order["mode"]] * int(order.get("times", 1))
        return self._send(200, {"faults": len(self.server.faults)})

    def do_GET(self) -> None:
        """Answer as the API does, unless a fault is due."""
        if self.path == "/healthz":
            return self._send(200, {"status": "ok"})
        fault = self.server.faults.pop() if self.server.faults else ""
        if fault == "reset":
            self.close_connection = True
            return None
        if fault in ("429", "503"):
            return self._send(int(fault), {"message": "try again"})
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        status, answer = self._answer()
        return self._send(status, LIES[fault](answer) if fault in LIES else answer)

    def _answer(self) -> tuple[int, Answer]:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        base = query.get("from", query.get("base", "EUR")).upper()
        symbol = query.get("to", query.get("symbols", "")).upper()
        span = SPAN.match(url.path)
        if not span:
            return 404, {"status": 404, "message": "not found"}
        try:
            start, end = (
                date.fromisoformat(span[1]),
                date.fromisoformat(span[2] or f"{datetime.now(UTC):%Y-%m-%d}"),
            )
        except ValueError:
            return 422, {"message": "invalid date"}
        if base == symbol:
            return 422, {"message": "bad currency pair"}
        if (base, symbol) != ("BRL", "USD"):  # the only pair that the stub has rates of
            return 404, {"message": "not found"}
        series = made_series(datetime.now(UTC).date())  # a server that runs for days knows the latest one
        days = span_of(series, start, end)
        if not days:
            return 404, {"message": "not found"}
        rates = {day: {symbol: series[day]} for day in days}
        return 200, {"amount": 1.0, "base": base, "start_date": days[0], "end_date": days[-1], "rates": rates}

    def _send(self, status: int, answer: Answer) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "public, max-age=86400" if status == 200 else "no-store")
        if status == 200 and "end_date" in answer:
            self.send_header(
                "ETag", f'"{hashlib.md5(answer["end_date"].encode(), usedforsecurity=False).hexdigest()}"'
            )
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sandbox.rates_stub", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    arguments = parser.parse_args()
    Stub(arguments.host, arguments.port).serve_forever()


if __name__ == "__main__":
    main()
