"""A program out of a release whose one list has the checksums of all its files; the server is a real one here."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cluster import ClusterError, programs
from scripts.commands import run
from tests.web import serving


def archive() -> bytes:
    """A release's archive with a script as the program."""
    content, script = io.BytesIO(), b"#!/bin/sh\necho released\n"
    with tarfile.open(fileobj=content, mode="w:gz") as file:
        member = tarfile.TarInfo("tool")
        member.size = len(script)
        file.addfile(member, io.BytesIO(script))
    return content.getvalue()


RELEASE = archive()
CHECKSUM = hashlib.sha256(RELEASE).hexdigest()


@pytest.fixture
def server() -> Iterator[str]:
    files = {
        "/tool_1.0.tar.gz": RELEASE,
        "/others.txt": f"{'0' * 64}  other_1.0.tar.gz\n".encode(),
        "/checksums_1.0.txt": f"{'0' * 64}  other_1.0.tar.gz\n{CHECKSUM}  tool_1.0.tar.gz\n".encode(),
    }
    with serving(files) as address:
        yield address


def test_a_program_is_taken_out_of_a_release_whose_list_has_its_checksum(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = {
        "version": "1.0",
        "upstream": f"{server}/tool_{{version}}.tar.gz",
        "checksum": f"{server}/checksums_{{version}}.txt",
        "member": "tool",
    }
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(programs, "pieces", lambda: {"programs": {"tool": piece}})
    assert programs.provide("tool") == "tool 1.0: fetched from upstream"
    assert run(programs.path("tool")) == "released\n"


def test_a_release_of_another_checksum_is_refused(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = {
        "version": "1.0",
        "upstream": f"{server}/tool_{{version}}.tar.gz",
        "checksum": f"{server}/others.txt",
    }
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(programs, "pieces", lambda: {"programs": {"tool": piece}})
    with pytest.raises(ClusterError, match="the checksum is"):
        programs.provide("tool")
    assert not programs.path("tool").exists()
