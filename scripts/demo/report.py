"""Write report.html: what one run did, on one page without a single external request or script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from scripts.demo import formats
from scripts.demo.charts import delivery, money, persons, run
from scripts.demo.queries import ReportData

TEMPLATES = Path(__file__).with_name("templates")
FORMATS = (
    formats.compact,
    formats.integer,
    formats.megabytes,
    formats.month,
    formats.percent,
    formats.seconds,
    formats.title,
    formats.whole_percent,
)


def write_report(path: Path, summary: Mapping[str, Any], data: ReportData) -> None:
    """Write the page; it links to `docs/index.html` beside it when that exists, so write the docs first.

    `summary` is the content of summary.json; it may also carry `timeline`: a list of
    {"step", "start", "seconds"}, both in seconds, `start` counted from any one moment; and `chaos`: what the last
    fault campaign wrote to its summary.json.
    """
    page = render(summary, data, has_docs=(path.parent / "docs" / "index.html").exists())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, "utf-8")


def render(summary: Mapping[str, Any], data: ReportData, *, has_docs: bool) -> str:
    """The page as text."""
    layers = run.layers(summary)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            summary=summary,
            data=data,
            has_docs=has_docs,
            problems=problems(summary, layers),
            layers=layers,
            timeline=run.timeline(summary),
            memory=run.memory(summary),
            revenue=data.payments and money.revenue(data.payments, data.orders),
            payment_mix=data.payments and money.payment_mix(data.payments),
            cohorts=data.cohorts and persons.cohorts(data.cohorts),
            segments=data.segments and persons.segments(data.segments),
            deliveries=data.deliveries and delivery.deliveries(data.deliveries),
            categories=data.categories and money.top_categories(data.categories),
            stars=data.orders and delivery.stars(data.orders),
        )
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    named = {function.__name__: function for function in FORMATS}
    environment.filters |= named
    environment.globals |= named
    return environment


def problems(summary: Mapping[str, Any], layers: run.Layers) -> list[str]:
    """What went wrong, a sentence each; empty after a good run."""
    found = []
    if failed := summary["tests"]["failed"]:
        found.append(f"{failed:,} data tests failed")
    if leaks := summary["leaks"]:
        found.append(f"{leaks:,} contact values stand in tables open to analysts")
    if layers.lost:
        found.append(f"{layers.lost:,} rows do not balance between raw, staging and quarantine")
    return found
