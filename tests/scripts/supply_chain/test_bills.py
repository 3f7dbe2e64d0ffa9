"""Two bills of materials are compared package by package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.images.sbom import bill
from scripts.supply_chain.bills import BillError, Change, changes, read


def bills(folder: Path, image: str, **versions: str) -> Path:
    python = [{"name": name, "version": version, "license": ""} for name, version in versions.items()]
    debian = [{"name": "libc6", "version": "2.41-12+deb13u1", "architecture": "amd64"}]
    folder.mkdir(exist_ok=True)
    document = bill(f"place/{image}:tag", "sha256:1", {"python": python, "debian": debian, "release": "13"})
    (folder / f"{image}.cdx.json").write_text(json.dumps(document))
    return folder


def test_what_came_went_or_changed_is_told_and_nothing_else(tmp_path: Path) -> None:
    before = read(bills(tmp_path / "before", "dbt", same="1", changed="1", went="1"))
    after = read(bills(tmp_path / "after", "dbt", same="1", changed="2", came="1"))
    assert changes(before, after) == [
        Change("dbt", "pkg:pypi/came", "", "1"),
        Change("dbt", "pkg:pypi/changed", "1", "2"),
        Change("dbt", "pkg:pypi/went", "1", ""),
    ]


def test_an_image_that_only_one_folder_has_came_with_all_it_holds(tmp_path: Path) -> None:
    before = bills(tmp_path / "before", "dbt", some="1")
    after = bills(bills(tmp_path / "after", "dbt", some="1"), "airflow", other="3")
    assert [(change.image, change.package) for change in changes(read(before), read(after))] == [
        ("airflow", "pkg:deb/debian/libc6"),
        ("airflow", "pkg:pypi/other"),
    ]


def test_a_folder_without_bills_is_an_error_that_says_where_they_come_from(tmp_path: Path) -> None:
    with pytest.raises(BillError, match="make images"):
        read(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"components": [{}]}'])
def test_a_file_that_is_no_bill_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "dbt.cdx.json").write_text(text)
    with pytest.raises(BillError, match=r"dbt\.cdx\.json is no CycloneDX bill"):
        read(tmp_path)
