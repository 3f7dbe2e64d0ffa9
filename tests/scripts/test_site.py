"""The site is what the demo left, with the report in front."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/site.sh", tmp_path / "scripts")
    return tmp_path


def site(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(checkout / "scripts/site.sh")], capture_output=True, text=True, check=False)


def test_the_report_comes_first_and_finds_what_it_links_to(checkout: Path) -> None:
    demo = checkout / "build/demo"
    (demo / "docs").mkdir(parents=True)
    (demo / "docs/index.html").write_text("docs")
    (demo / "report.html").write_text("report")
    (demo / "summary.json").write_text("{}")
    (demo / "target").mkdir()
    assert site(checkout).returncode == 0
    made = checkout / "build/site"
    assert (made / "index.html").read_text() == "report"
    linked = re.findall(r'href="([a-z/.]+)"', (ROOT / "scripts/demo/templates/report.html.j2").read_text())
    assert [name for name in linked if not (made / name).exists()] == []
    assert not (made / "target").exists()


def test_what_an_earlier_run_left_is_gone(checkout: Path) -> None:
    (checkout / "build/demo/docs").mkdir(parents=True)
    (checkout / "build/site").mkdir()
    (checkout / "build/site/old.html").touch()
    for name in ("report.html", "summary.json"):
        (checkout / "build/demo" / name).touch()
    site(checkout)
    assert not (checkout / "build/site/old.html").exists()


def test_without_a_demo_it_says_what_to_do(checkout: Path) -> None:
    done = site(checkout)
    assert (done.returncode, "run make docs, which makes it" in done.stderr) == (1, True)
