"""Alerts: the facts arrive as JSON, and a messenger that fails harms nobody."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from customer360 import alerts
from customer360.alerts import alert

FACTS: dict[str, str | int] = {"dag": "olist", "task": "uploads.upload", "map_index": 3}


class Receiver(ThreadingHTTPServer):
    """A webhook that keeps what it gets and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[Any] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/secret-token"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.received.append((self.headers["Content-Type"], json.loads(self.rfile.read(length))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_the_facts_arrive_as_json(receiver: Receiver) -> None:
    alert(receiver.url, FACTS)
    assert receiver.received == [("application/json", FACTS)]


def test_without_an_address_nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(requests, "post", lambda *_, **__: called.append("called"))
    alert("", FACTS)
    assert called == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/secret-token", "no address: secret-token"])
def test_an_address_that_does_not_answer_is_no_error_and_is_not_shown(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        alert(url, FACTS)
    assert "the alert could not be sent" in caplog.text
    assert "secret-token" not in caplog.text


def test_facts_that_are_no_json_are_no_error(receiver: Receiver) -> None:
    alert(receiver.url, {"task": object()})  # type: ignore[dict-item]
    assert receiver.received == []


def test_a_refusal_is_logged_with_its_status(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    receiver.status = 403
    with caplog.at_level(logging.WARNING):
        alert(receiver.url, FACTS)
    assert "refused with status 403" in caplog.text


def test_an_address_that_never_answers_is_given_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    released = threading.Event()
    monkeypatch.setattr(Handler, "do_POST", lambda _self: released.wait(10))
    monkeypatch.setattr(alerts, "TIMEOUT_SECONDS", (1, 0.2))
    with caplog.at_level(logging.WARNING):
        alert(receiver.url, FACTS)
    released.set()
    assert "ReadTimeout" in caplog.text
