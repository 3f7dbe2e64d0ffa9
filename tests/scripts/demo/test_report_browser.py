"""A real browser opens the report: nothing is fetched, nothing complains, nothing runs over the edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from scripts.demo.queries import CohortCell, Rejection, ReportData
from scripts.demo.report import write_report
from scripts.demo.screenshot import chromium, chromium_path

Mode = Literal["light", "dark"]
pytestmark = pytest.mark.skipif(
    chromium_path() is None, reason="chromium is not on PATH (apt-get install chromium)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def report(tmp_path: Path, summary: dict[str, Any], data: ReportData) -> str:
    """Address of a report with a wide heat map and long names."""
    months = [date(year, month, 1) for year in (2017, 2018) for month in range(1, 13)]
    cohorts = [CohortCell(first, later, 900) for first in months for later in months if first <= later]
    reason = "value is not in customers.customer_id, and no other row has it either"
    path = tmp_path / "report.html"
    rejections = (Rejection("product_category_name_translation", "product_category_name", reason, 1),)
    write_report(path, summary, replace(data, cohorts=tuple(cohorts), rejections=rejections))
    return path.as_uri()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about."""
    return []


def _open(
    browser: Browser,
    address: str,
    complaints: list[str],
    width: int = 1280,
    mode: Mode = "light",
) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=mode)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(address)
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_window(browser: Browser, report: str, complaints: list[str], width: int) -> None:
    page = _open(browser, report, complaints, width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_browser_requests_the_page_and_nothing_else(browser: Browser, report: str) -> None:
    page = browser.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(report)
    page.wait_for_load_state("networkidle")
    assert [url for url in requested if not url.startswith("data:")] == [report]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_browser_has_nothing_to_complain_about(
    browser: Browser, report: str, complaints: list[str], mode: Mode
) -> None:
    _open(browser, report, complaints, mode=mode)
    assert not complaints


def test_the_complaints_of_a_broken_page_are_heard(
    browser: Browser, tmp_path: Path, complaints: list[str]
) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text('<img src="absent.png"><script>missing()</script>')
    _open(browser, broken.as_uri(), complaints)
    assert len(complaints) >= 2


def test_the_dark_mode_is_dark(browser: Browser, report: str, complaints: list[str]) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    modes: tuple[Mode, ...] = ("light", "dark")
    colours = {mode: _open(browser, report, complaints, mode=mode).evaluate(ground) for mode in modes}
    assert colours == {"light": "rgb(244, 246, 248)", "dark": "rgb(15, 20, 26)"}


def test_a_bar_is_as_long_as_its_number(browser: Browser, report: str, complaints: list[str]) -> None:
    page = _open(browser, report, complaints)
    lengths = page.eval_on_selector_all(
        "#segments svg.tall rect.blue", "bars => bars.map(bar => bar.getBoundingClientRect().width)"
    )
    assert lengths[0] / lengths[1] == pytest.approx(238 / 952, rel=0.01)
