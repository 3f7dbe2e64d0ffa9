"""Definitions of operators' objects come from upstream or a Go module, and are the same file either way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from scripts.cluster import ClusterError, schemas, upstream
from scripts.cluster.pieces import pieces
from scripts.offline import go_modules

NAME = "external-secrets"
CONTENT = b"kind: CustomResourceDefinition\n"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The definitions in a Go module, where upstream does not answer and nothing is cached."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(pieces()["schemas"][NAME], "sha256", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(upstream, "answers", lambda _url: False)
    monkeypatch.setattr(go_modules, "module_folder", lambda _module, _version: tmp_path)
    file = Path(tmp_path, pieces()["schemas"][NAME]["file"])
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    return file


def test_they_come_out_of_the_module_once(module: Path) -> None:
    assert schemas.provide(NAME).endswith("out of a Go module, upstream does not answer")
    module.unlink()
    assert schemas.provide(NAME).endswith("cached")
    assert schemas.path(NAME).read_bytes() == CONTENT


def test_they_are_fetched_where_upstream_answers(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fetch(url: str, sha256: str, place: Path) -> None:
        asked.append(f"{url} {sha256}")
        place.write_bytes(CONTENT)

    module.unlink()
    monkeypatch.setattr(upstream, "answers", lambda _url: True)
    monkeypatch.setattr(upstream, "fetch", fetch)
    assert schemas.provide(NAME).endswith("fetched from upstream")
    version, digest = (pieces()["schemas"][NAME][name] for name in ("version", "sha256"))
    assert asked[0].endswith(f"/v{version}/deploy/crds/bundle.yaml {digest}")


def test_another_file_than_the_pinned_one_is_refused_and_not_kept(module: Path) -> None:
    module.write_bytes(b"kind: Other\n")
    with pytest.raises(ClusterError, match="has checksum"):
        schemas.provide(NAME)
    assert not schemas.path(NAME).exists()
