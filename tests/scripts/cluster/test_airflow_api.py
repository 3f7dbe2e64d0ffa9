"""What Airflow's API says, as people read it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from scripts.cluster import airflow_api
from scripts.cluster.airflow_api import Airflow, log_line


class Stranger(BaseHTTPRequestHandler):
    """On the first connection the pod that has Airflow's old address, on the next one Airflow."""

    protocol_version = "HTTP/1.1"  # connections are kept
    connections: ClassVar[set[tuple[str, int]]] = set()

    def do_GET(self) -> None:
        self.connections.add(self.client_address)
        is_airflow = len(self.connections) > 1
        body = b'{"state": "success"}' if is_airflow else b"404 page not found"
        self.send_response(200 if is_airflow else 404)
        self.send_header("Content-Type", "application/json" if is_airflow else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(airflow_api, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(airflow_api, "PATIENCE_SECONDS", 5)
    monkeypatch.setattr(Stranger, "connections", set())
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_connection_that_leads_to_a_stranger_is_not_kept(stranger: str) -> None:
    assert Airflow(stranger, "admin", "secret").run_state("dag", "run") == "success"
    assert len(Stranger.connections) == 2


class Forgetful(BaseHTTPRequestHandler):
    """Starts the first run that is asked for and hangs up before the answer; to the next call it says what it has."""

    started: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        run_id = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["dag_run_id"]
        if run_id in self.started:
            self.send_response(409)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"detail": "there is one"}')
        else:
            self.started.append(run_id)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_run_whose_start_got_no_answer_is_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_api, "AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(Forgetful, "started", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Forgetful) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        run_id = Airflow(f"http://127.0.0.1:{server.server_port}", "admin", "secret").trigger("dag", {})
        server.shutdown()
    assert Forgetful.started == [run_id]


def test_a_plain_line_stays_as_it_is() -> None:
    assert log_line("::endgroup::") == "::endgroup::"


def test_an_event_is_shown_with_its_time() -> None:
    assert log_line({"timestamp": "2026-01-01T00:00:00Z", "event": "Done"}) == "2026-01-01T00:00:00Z Done"


def test_an_error_is_shown_by_type_and_message_without_its_frames() -> None:
    error = {
        "exc_type": "BadFileError",
        "exc_value": "orders.csv, row 3",
        "frames": [{"name": "secret_place"}],
    }
    assert (
        log_line({"event": "Task failed", "error_detail": [error]})
        == "Task failed BadFileError: orders.csv, row 3"
    )
