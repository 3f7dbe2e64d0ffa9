"""Licences are read off what is installed, and judged by where it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.supply_chain.licences import Licensed, listed, spdx, terms

REPOSITORY = Path(__file__).resolve().parents[3]


def licensed(lock: str, licence: str) -> Licensed:
    return Licensed(lock, "some", "1.0", licence, terms(licence))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Apache Software License", "Apache-2.0"),
        ("Apache 2.0", "Apache-2.0"),
        ("3-Clause BSD License", "BSD-3-Clause"),
        ("MIT License", "MIT"),
        ("MIT-0", "MIT-0"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("GNU Library or Lesser General Public License ", "LGPL"),
        ("GNU General Public License v3 ", "GPL"),
        ("Some Terms of Service", "unknown"),
    ],
)
def test_what_metadata_calls_a_licence_has_a_name(said: str, name: str) -> None:
    assert spdx(said) == name


@pytest.mark.parametrize("licence", ["MIT", "MPL-2.0 AND MIT", "GPL-3.0 OR Apache-2.0", "(MIT OR GPL-2.0)"])
def test_an_image_may_hold_what_leaves_the_project_free(licence: str) -> None:
    assert licensed("dbt", licence).is_allowed


@pytest.mark.parametrize("licence", ["GPL-3.0", "MIT AND AGPL-3.0", "Some Terms of Service"])
def test_an_image_may_not_hold_what_binds_the_project(licence: str) -> None:
    assert not licensed("airflow", licence).is_allowed


def test_a_tool_that_is_only_run_may_be_under_any_known_licence() -> None:
    assert licensed("dev", "GPL-3.0").is_allowed
    assert not licensed("dev", "Some Terms of Service").is_allowed


def test_everything_that_goes_into_an_image_may() -> None:
    found = list(listed(REPOSITORY))
    assert len(found) > 300
    assert [f"{entry.name}: {entry.licence}" for entry in found if not entry.is_allowed] == []


def test_a_pin_that_is_not_installed_is_named(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.txt").write_text("no-such-thing==1.0 \\\n    --hash=sha256:00\n")
    (tmp_path / ".venv").symlink_to(REPOSITORY / ".venv")
    with pytest.raises(
        LookupError, match=r"no-such-thing 1.0 of runtime.txt is not in .venv: run `make setup`"
    ):
        list(listed(tmp_path))
