"""The report shows the numbers it was given, loads nothing, and renders whatever is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from scripts.demo.queries import CohortCell, Rejection, ReportData
from scripts.demo.report import TEMPLATES, render, write_report

VOID = {"link", "meta", "br", "hr", "img", "input"}
LOADING = {"src", "srcset", "data", "poster", "action", "background", "xlink:href"}
SECTIONS = {
    "run": ["3.4 s", "14.1 s"],
    "memory": ["Steps", "81 MB", "703 MB"],
    "rows": ["2,737", "1,503", "1,497", "1,190"],
    "quality": ["412", "not a number"],
    "revenue": ["20,000.75", "2,400.00", "7 payments have no rate", "Feb 2018"],
    "segments": ["Champions", "238", "260", "1.30", "+0.61"],
    "cohorts": ["1,190", "2.25"],
    "delivery": ["SP", "5.0", "22.5 %", "6.0 % came late"],
    "categories": ["Health beauty", "77.5 %"],
    "reviews": ["On time", "2.00", "40"],
    "payments": ["Credit card", "85.7 %", "3.3"],
}


class Page(HTMLParser):
    """The parsed page: every element, the text by section, and tags that do not close."""

    def __init__(self, html: str):
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.unbalanced: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()
        self.unbalanced += [tag for tag, _ in self._open]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append((tag, dict(attributes).get("id")))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop()[0] != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        for _, identity in self._open:
            if identity:
                self.texts[identity] = self.texts.get(identity, "") + data.replace("\xa0", " ")

    @property
    def text(self) -> str:
        """Every visible word."""
        return re.sub(r"<style>.*?</style>|<[^>]*>", " ", self.html, flags=re.DOTALL).replace("\xa0", " ")

    def attributes(self, name: str) -> list[str]:
        """All values of an attribute."""
        return [
            value or "" for _, attributes in self.elements for key, value in attributes.items() if key == name
        ]


@pytest.fixture
def page(summary: dict[str, Any], data: ReportData) -> Page:
    return Page(render(summary, data, has_docs=True))


@pytest.mark.parametrize(("section", "numbers"), SECTIONS.items())
def test_each_section_shows_the_numbers_it_was_given(page: Page, section: str, numbers: list[str]) -> None:
    missing = [number for number in numbers if number not in page.texts[section]]
    assert not missing


def test_the_headline_sums_the_run_up(page: Page) -> None:
    for number in ("2,737 in 2 tables", "1,190", "57 bought", "28,000.75", "US$ 8.6 k", "✓ 412", "35.0 s"):
        assert number in page.text


CHANGES: dict[str, Callable[[dict[str, Any], ReportData], tuple[dict[str, Any], ReportData]]] = {
    "raw rows": lambda summary, data: (summary | {"rows": summary["rows"] | {"raw.orders": 1235}}, data),
    "seconds": lambda summary, data: (summary | {"seconds": summary["seconds"] | {"total": 36.0}}, data),
    "leaks": lambda summary, data: (summary | {"leaks": 1}, data),
    "memory": lambda summary, data: (summary | {"peak_rss_mb": {"upload": 82.6}}, data),
    "payments": lambda summary, data: (summary, replace(data, payments=data.payments and data.payments[1:])),
    "orders": lambda summary, data: (summary, replace(data, orders=data.orders and data.orders[1:])),
    "cohorts": lambda summary, data: (summary, replace(data, cohorts=data.cohorts and data.cohorts[:1])),
    "segments": lambda summary, data: (summary, replace(data, segments=data.segments and data.segments[1:])),
    "states": lambda summary, data: (
        summary,
        replace(data, deliveries=data.deliveries and data.deliveries[1:]),
    ),
    "categories": lambda summary, data: (
        summary,
        replace(data, categories=data.categories and data.categories[1:]),
    ),
    "rejections": lambda summary, data: (summary, replace(data, rejections=())),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_input_gives_another_page(
    change: str, summary: dict[str, Any], data: ReportData, page: Page
) -> None:
    assert render(*CHANGES[change](summary, data), has_docs=True) != page.html


def test_the_same_input_gives_the_same_page(summary: dict[str, Any], data: ReportData, page: Page) -> None:
    assert render(summary, data, has_docs=True) == page.html


def test_the_page_loads_nothing(page: Page) -> None:
    assert not [value for name in LOADING for value in page.attributes(name)]
    assert not re.search(r"url\(|@import|<script|//", page.html.lower().replace("<!doctype", ""))
    foreign = [link for link in page.attributes("href") if re.match(r"[a-z]+:", link) and link != "data:,"]
    assert not foreign
    assert "default-src 'none'" in page.html


def test_the_page_holds_nothing_like_contact_data(page: Page) -> None:
    assert "@" not in page.text
    assert not re.search(r"\(\d\d\)\s?9?\d{4}[ -]\d{4}|\+55", page.text)


def test_every_tag_closes_and_every_anchor_has_a_target(page: Page) -> None:
    assert not page.unbalanced
    identities = page.attributes("id")
    assert len(identities) == len(set(identities))
    assert {link[1:] for link in page.attributes("href") if link.startswith("#")} <= set(identities)


def test_every_plot_is_described_or_stands_beside_its_numbers(page: Page) -> None:
    plots = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert plots
    assert all(plot.get("aria-hidden") == "true" or plot.get("aria-label") for plot in plots)


def test_text_from_the_warehouse_cannot_become_markup(summary: dict[str, Any], data: ReportData) -> None:
    hostile = replace(data, rejections=(Rejection("orders", "<b>", "</td><script>alert(1)</script>", 1),))
    html = render(summary, hostile, has_docs=True)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_is_small(page: Page) -> None:
    assert len(page.html) < 200_000


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"leaks": 2}, "2 contact values stand in tables open to analysts"),
        ({"tests": {"passed": 400, "warned": 0, "failed": 12}}, "12 data tests failed"),
        ({"quarantined": {"order_items": 5}}, "1 rows do not balance"),
    ],
)
def test_a_bad_run_says_so_at_the_top(
    change: dict[str, Any], sentence: str, summary: dict[str, Any], data: ReportData
) -> None:
    text = Page(render(summary | change, data, has_docs=True)).text
    assert sentence in text
    assert "Every row is accounted for" not in text


@pytest.mark.parametrize(
    "part", ["payments", "orders", "cohorts", "segments", "deliveries", "categories", "rejections"]
)
def test_a_missing_table_leaves_a_note_and_the_other_parts(
    part: str, summary: dict[str, Any], data: ReportData
) -> None:
    missing: Any = {part: None}
    page = Page(render(summary, replace(data, **missing, notes=("a table is missing",)), has_docs=True))
    assert "could not be shown" in page.text
    assert "a table is missing" in page.text
    assert page.texts.keys() >= SECTIONS.keys()


@pytest.mark.parametrize(
    "part", ["payments", "orders", "cohorts", "segments", "deliveries", "categories", "rejections"]
)
def test_an_empty_table_leaves_a_note(part: str, summary: dict[str, Any], data: ReportData) -> None:
    empty: Any = {part: ()}
    page = Page(render(summary, replace(data, **empty), has_docs=True))
    assert "could not be shown" not in page.text
    assert re.search("Nobody|Nothing|No payment|is empty", page.text)


def test_revenue_of_a_missing_table_is_unknown_and_not_zero(
    summary: dict[str, Any], data: ReportData
) -> None:
    text = Page(render(summary, replace(data, payments=None), has_docs=True)).text
    assert "not known: its table is missing" in text
    assert "no payments" not in text


def test_without_repeat_buyers_there_is_no_heat_map(summary: dict[str, Any], data: ReportData) -> None:
    cells = (
        CohortCell(date(2018, 1, 1), date(2018, 1, 1), 5),
        CohortCell(date(2018, 2, 1), date(2018, 2, 1), 4),
    )
    page = Page(render(summary, replace(data, cohorts=cells), has_docs=True))
    assert "Nobody has bought again" in page.texts["cohorts"]


def test_a_single_month_renders(summary: dict[str, Any], data: ReportData) -> None:
    assert data.payments is not None
    assert data.cohorts is not None
    short = replace(data, payments=data.payments[:1], cohorts=data.cohorts[:1])
    page = Page(render(summary, short, has_docs=True))
    assert "Jan 2018" in page.texts["revenue"]
    assert "Nobody has bought again" in page.texts["cohorts"]


def test_payments_without_any_rate_render(summary: dict[str, Any], data: ReportData) -> None:
    assert data.payments is not None
    unrated = replace(data.payments[0], amount_usd=Decimal(0), without_rate=40)
    page = Page(render(summary, replace(data, payments=(unrated,)), has_docs=True))
    assert "40 payments have no rate" in page.texts["revenue"]


def test_without_a_timeline_the_durations_remain(summary: dict[str, Any], data: ReportData) -> None:
    del summary["timeline"]
    page = Page(render(summary, data, has_docs=True))
    assert "every bar begins at zero" in page.texts["run"]
    assert "21.6 s" in page.texts["run"]


def fault(name: str, state: str, seconds: float = 0, problem: str = "", words: str = "") -> dict[str, Any]:
    problems = [problem] if problem else []
    ends = {"expected": "stopped", "seen": "stopped"}
    return {"fault": name, "state": state, "seconds": seconds, "problems": problems, "words": words, **ends}


CHAOS = {
    "orders": 200,
    "faults": [
        fault("kill -9 of the run", "well", 12.5),
        fault("a full disk", "bad", 3.0, "stray object a"),
        fault("a slow clock", "skipped", words="no faketime"),
    ],
}


def test_the_last_fault_campaign_is_shown(summary: dict[str, Any], data: ReportData) -> None:
    shown = Page(render(summary | {"chaos": CHAOS}, data, has_docs=True)).texts["faults"]
    for words in (
        "Mended: 1, not mended: 1, skipped: 1",
        "12.5",
        "equal ✓",
        "stray object a ✗",
        "no faketime",
    ):
        assert words in shown


def test_without_a_fault_campaign_nothing_is_said_of_faults(page: Page) -> None:
    assert "faults" not in page.texts


def test_the_docs_are_linked_once_they_are_there(
    tmp_path: Path, summary: dict[str, Any], data: ReportData
) -> None:
    report = tmp_path / "demo" / "report.html"
    write_report(report, summary, data)
    assert "docs/index.html" not in report.read_text("utf-8")
    (report.parent / "docs").mkdir()
    (report.parent / "docs" / "index.html").touch()
    write_report(report, summary, data)
    assert 'href="docs/index.html"' in report.read_text("utf-8")


def _palettes() -> dict[str, dict[str, str]]:
    """The colours of both modes; the dark block comes second and replaces what it names."""
    blocks = re.findall(r":root \{(.*?)\}", (TEMPLATES / "report.css").read_text(), flags=re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks[:2])
    return {"light": light, "dark": light | dark}


def _contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "background"),
    [
        *((text, ground) for text in ("ink", "muted", "blue", "green", "red") for ground in ("card", "page")),
        *(("ink", ground) for ground in ("heat-low", "heat-high")),
        *(("on-strong", ground) for ground in ("blue", "orange", "green", "star-1", "star-5")),
        *(("on-weak", ground) for ground in ("star-2", "star-3", "star-4")),
    ],
)
def test_text_can_be_read_in_both_modes(mode: str, text: str, background: str) -> None:
    colours = _palettes()[mode]
    assert _contrast(colours[text], colours[background]) >= 4.5
