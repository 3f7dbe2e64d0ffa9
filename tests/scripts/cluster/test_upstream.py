"""Fetching from upstream, from a real server on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cluster import ClusterError, upstream
from tests.web import serving

CONTENT = b"a program"


@pytest.fixture
def server() -> Iterator[str]:
    with serving({"/program": CONTENT}) as address:
        yield address


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
