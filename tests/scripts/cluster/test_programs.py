"""Programs: the checksum of a download, and where one comes from when upstream does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.cluster import programs, upstream
from scripts.cluster.pieces import pieces
from scripts.offline import debian


@pytest.mark.parametrize(
    ("listed", "expected"),
    [("aa", "aa"), ("aa  other.tar.gz\nbb  wanted.tar.gz\n", "bb"), ("aa  linux-amd64/renamed\n", "aa")],
    ids=["alone", "in a list", "under another name"],
)
def test_the_checksum_is_that_of_the_file(listed: str, expected: str) -> None:
    assert programs.checksum(listed, "wanted.tar.gz") == expected


def test_what_is_debians_says_so_and_never_calls_itself_the_pin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(package: str, member: str, destination: Path) -> None:
        destination.write_text(f"#!/bin/sh\necho '{Path(member).name}, version 0.1 of {package}'\n")
        destination.chmod(0o755)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(upstream, "answers", lambda _url: False)
    monkeypatch.setattr(debian, "take", take)

    said = [programs.provide("promtool") for _ in range(2)]

    pin = pieces()["programs"]["promtool"]["version"]
    assert said == [
        f"promtool, version 0.1: DEBIAN'S, NOT THE PIN {pin}: upstream does not answer",
        "promtool, version 0.1: cached",
    ]
