"""The other end of the webhook in the sandbox: what is posted here stands in its log, a line of JSON each."""

from __future__ import annotations

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGEST_BYTES = 64 * 1024


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Print the alert; 413 where it is too long, 400 where it is no JSON."""
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST_BYTES:
            self.close_connection = True
            return self._send(413)
        try:
            alert = json.loads(self.rfile.read(length))
        except ValueError:
            return self._send(400)
        print(json.dumps(alert), flush=True)
        return self._send(204)

    def do_GET(self) -> None:
        """Answer the health check."""
        self._send(204 if self.path == "/healthz" else 404)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base
        """Keep the log to the alerts."""

    def _send(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sandbox.alerts_inbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8070)
    arguments = parser.parse_args()
    ThreadingHTTPServer((arguments.host, arguments.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
