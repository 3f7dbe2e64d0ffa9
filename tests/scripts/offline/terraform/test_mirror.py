"""The mirror that is built here."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.offline.terraform import mirror
from scripts.terraform import TerraformError


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty caches."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "customer360" / "terraform"


def test_a_mirror_that_is_there_is_taken(caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (caches / f"mirror-{mirror.digest()}").mkdir(parents=True)
    monkeypatch.setenv("PATH", "")  # nothing could be built
    assert mirror.provide() == caches / f"mirror-{mirror.digest()}" / "terraform.rc"


def test_without_go_the_error_says_what_is_missing(caches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(TerraformError, match=r"needs Go 1\.25 or newer on PATH"):
        mirror.provide()
    assert list(caches.iterdir()) == []


def test_another_content_of_a_file_is_another_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "SOURCES", tmp_path)
    found = set()
    for text in ("sensitive: {}", "sensitive: {a: [b]}"):
        (tmp_path / "gaps.yaml").write_text(text)
        found.add(mirror.digest())
    assert len(found) == 2
