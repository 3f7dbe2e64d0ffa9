"""Fetching from upstream, from a real server on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.cluster import ClusterError, upstream

CONTENT = b"a program"


class Handler(BaseHTTPRequestHandler):
    """Serves one file; everything else is missing."""

    def do_GET(self) -> None:
        found = self.path == "/program"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(CONTENT if found else b"")

    do_HEAD = do_GET  # noqa: N815 - the base class names it so

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


def test_a_server_answers_even_when_the_page_is_missing(server: str) -> None:
    assert upstream.answers(f"{server}/no/such/page")


def test_a_port_where_nobody_listens_does_not_answer() -> None:
    assert not upstream.answers("http://127.0.0.1:9/program")


def test_a_file_with_the_expected_checksum_is_kept(server: str, tmp_path: Path) -> None:
    upstream.fetch(f"{server}/program", hashlib.sha256(CONTENT).hexdigest(), tmp_path / "program")
    assert (tmp_path / "program").read_bytes() == CONTENT


def test_a_file_with_another_checksum_is_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="the checksum is"):
        upstream.fetch(f"{server}/program", "0" * 64, tmp_path / "program")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_says_what_could_not_be_fetched(server: str, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="absent could not be fetched"):
        upstream.fetch(f"{server}/absent", "0" * 64, tmp_path / "program")
