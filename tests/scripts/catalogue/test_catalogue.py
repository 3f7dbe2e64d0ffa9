"""The files that dbt reads are what the source catalogue says."""

from __future__ import annotations

from pathlib import Path

import pytest

from customer360.catalogue import sources
from scripts.catalogue import render
from scripts.catalogue.__main__ import main


def test_no_generated_file_is_stale() -> None:
    assert main(["verify"]) == 0


def test_verify_shows_what_differs_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "stale.sql"
    stale.write_text("select 1\n")
    monkeypatch.setattr("scripts.catalogue.__main__.ROOT", tmp_path)
    monkeypatch.setattr("scripts.catalogue.__main__.rendered", lambda: {stale: "select 2\n"})
    assert main(["verify"]) == 1
    assert "-select 1\n+select 2" in capsys.readouterr().out


def test_update_writes_only_what_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh, missing = tmp_path / "fresh.sql", tmp_path / "missing.sql"
    fresh.write_text("select 1\n")
    monkeypatch.setattr("scripts.catalogue.__main__.ROOT", tmp_path)
    monkeypatch.setattr(
        "scripts.catalogue.__main__.rendered", lambda: {fresh: "select 1\n", missing: "select 2\n"}
    )
    assert main(["update"]) == 0
    assert missing.read_text() == "select 2\n"
    assert capsys.readouterr().out == "wrote missing.sql\n"


def test_every_column_of_the_catalogue_is_rendered_in_order() -> None:
    text = render.sources_yml(sources())
    for source in sources():
        table = text.index(f"- name: {source.table}\n")
        places = [text.index(f"- name: {column.name}\n", table) for column in source.columns]
        assert places == sorted(places)
