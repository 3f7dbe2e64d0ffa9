"""Says which official chart the tests of this folder render."""

from __future__ import annotations

from tests.charts.rendering import RenderError, chart_version, official_chart


def pytest_report_collectionfinish() -> str:
    """A line below the header: not each machine has the pinned chart."""
    try:
        version = ".".join(map(str, chart_version(official_chart())))
    except RenderError as error:
        return f"official Airflow chart: {error}"
    return f"official Airflow chart: {version}"
