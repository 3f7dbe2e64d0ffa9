"""Where a program's checksum is found, and what is taken out of a release; the server is a real one here."""

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


@pytest.mark.parametrize(
    "checksums",
    [CHECKSUM, f"{CHECKSUM}  tool\n", f"{CHECKSUM} *tool\n", f"{'0' * 64}  tools\n\n{CHECKSUM}  tool\n"],
)
def test_a_checksum_is_found_in_every_form_that_upstreams_use(checksums: str) -> None:
    assert programs.listed(checksums, "tool") == CHECKSUM


def test_a_list_without_the_file_is_refused() -> None:
    with pytest.raises(ClusterError, match="do not list tool"):
        programs.listed(f"{CHECKSUM}  tools\n", "tool")
