"""The proxy passes on what a service says, and fails exactly as often as it was told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from scripts.chaos.proxy import CUT, DROP, HOST, Proxy


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Host", self.headers["Host"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    service = ThreadingHTTPServer((HOST, 0), Echo)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    between = Proxy(f"http://{HOST}:{service.server_port}")
    yield between
    for server in (between, service):
        server.shutdown()
        server.server_close()


def post(proxy: Proxy, body: bytes | Iterator[bytes] = b"hello") -> requests.Response:
    return requests.post(proxy.url, data=body, timeout=5)


def test_an_answer_is_passed_on_whole(proxy: Proxy) -> None:
    answer = post(proxy)
    assert (answer.status_code, answer.content) == (201, b"hello")


def test_a_body_of_unknown_length_is_passed_on(proxy: Proxy) -> None:
    assert post(proxy, iter([b"hel", b"lo"])).content == b"hello"


def test_addresses_in_answers_lead_back_to_the_proxy(proxy: Proxy) -> None:
    assert post(proxy).headers["X-Host"] == proxy.url.removeprefix("http://")


@pytest.mark.parametrize("fault", [DROP, CUT])
def test_a_connection_ends_before_the_answer_does(proxy: Proxy, fault: str) -> None:
    proxy.plant(fault)
    with pytest.raises(requests.exceptions.RequestException):
        post(proxy)


def test_a_status_is_answered_as_often_as_it_was_planted(proxy: Proxy) -> None:
    proxy.plant("503", times=2)
    assert [post(proxy).status_code for _ in range(3)] == [503, 503, 201]
    assert proxy.hits["503"] == 2


def test_a_fault_that_was_cleared_is_not_met(proxy: Proxy) -> None:
    proxy.plant("503")
    proxy.clear()
    assert post(proxy).status_code == 201
    assert not proxy.hits


def test_a_service_that_is_down_ends_the_connection(proxy: Proxy) -> None:
    proxy.upstream = f"{HOST}:1"
    with pytest.raises(requests.exceptions.ConnectionError):
        post(proxy)
