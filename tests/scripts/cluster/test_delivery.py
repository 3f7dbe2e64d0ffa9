"""Deliveries in the cluster's landing folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from scripts.cluster.delivery import deliver, remove_deliveries
from scripts.cluster.kind import landing
from scripts.generate import generate


@pytest.fixture
def delivery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    generate(tmp_path / "files", 20, 7)
    return tmp_path / "files"


def test_a_delivery_is_copied_to_where_pods_see_it_and_readable_for_them(delivery: Path) -> None:
    folder = landing() / Path(deliver(str(delivery), 0, 0)).name
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert (len(list(folder.iterdir())), modes) == (10, {0o644})


def test_a_new_delivery_replaces_the_one_before(delivery: Path) -> None:
    deliver(str(delivery), 0, 0)
    second = deliver(str(delivery), 0, 0)
    assert [folder.name for folder in landing().iterdir()] == [Path(second).name]


def test_nothing_of_a_person_stays_when_deliveries_are_removed(delivery: Path) -> None:
    deliver(str(delivery), 0, 0)
    remove_deliveries()
    assert list(landing().iterdir()) == []
