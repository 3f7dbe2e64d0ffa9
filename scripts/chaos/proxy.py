"""An HTTP proxy between a run and a service that drops, slows and refuses what it is told to."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOST = "127.0.0.1"
SLOW_SECONDS = 0.5
# What it does to a request, beside answering with a status itself: no answer at all, half of one, or a late one.
DROP, CUT, SLOW = "drop", "cut", "slow"
HOP_BY_HOP = {"connection", "keep-alive", "te", "transfer-encoding", "upgrade", "content-length"}


class Proxy(ThreadingHTTPServer):
    """Listens on a free port and passes on to `upstream`, an address such as http://127.0.0.1:9050."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: str):
        super().__init__((HOST, 0), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.hits: Counter[str] = Counter()
        self._faults: list[str] = []
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the run finds the service."""
        return f"http://{HOST}:{self.server_port}"

    def handle_error(self, *_arguments: object) -> None:
        """Say nothing: a run that was killed hangs up."""

    def plant(self, fault: str, times: int = 1) -> None:
        """Have the next requests fail: one of drop, cut and slow, or a status such as 503."""
        with self._lock:
            self._faults = [fault] * times
            self.hits.clear()

    def clear(self) -> None:
        """Forget what was planted."""
        with self._lock:
            self._faults = []

    def next_fault(self) -> str:
        """The fault that is due, which is thereby spent; empty when none is."""
        with self._lock:
            fault = self._faults.pop() if self._faults else ""
            if fault:
                self.hits[fault] += 1
            return fault


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    server: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_any(self) -> None:
        """Pass one request on, unless a fault is due."""
        body = self._body()
        fault = self.server.next_fault()
        self.close_connection |= fault in (DROP, CUT)
        if fault.isdecimal():
            self._send(int(fault), [("Content-Type", "application/json")], _error(int(fault)))
        elif fault != DROP:
            self._pass_on(body, fault)

    def _pass_on(self, body: bytes, fault: str) -> None:
        if fault == SLOW:
            time.sleep(SLOW_SECONDS)
        try:
            status, headers, answer = self._ask(body)
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # the service is down: so is this
            return
        self._send(status, headers, answer, len(answer) // 2 if fault == CUT else len(answer))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=120)
        # The host stays the proxy's own, so that addresses in answers lead back here.
        kept = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            upstream.request(self.command, self.path, body, {**kept, "Content-Length": str(len(body))})
            answer = upstream.getresponse()
            headers = [entry for entry in answer.getheaders() if entry[0].lower() not in HOP_BY_HOP]
            return answer.status, headers, answer.read()
        finally:
            upstream.close()

    def _send(
        self, status: int, headers: list[tuple[str, str]], body: bytes, sent: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:sent])

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: addresses of requests name tables and objects."""


def _error(status: int) -> bytes:
    """A Google API's error; its clients decide by the reason whether to try again."""
    reason = {401: "authError", 429: "rateLimitExceeded", 500: "internalError"}.get(status, "backendError")
    error = {"code": status, "message": "planted", "errors": [{"reason": reason}]}
    return json.dumps({"error": error}).encode()
