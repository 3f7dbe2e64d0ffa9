"""The releases of each place, as `make up` and GitOps install them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.charts.rendering import (
    CHARTS,
    Document,
    Settings,
    chart_version,
    official_chart,
    render_chart,
    render_text,
)

Arguments = tuple[str, Path, tuple[Path, ...], Settings, str]

PLACES = ("kind", "staging", "production")
GOOGLE_PLACES = ("staging", "production")
TAG = "0123456789ab"
AIRFLOW = "customer-360"
SANDBOX = "customer-360-sandbox"
# Every release in every place that has it.
RELEASES = (
    *(("airflow", place) for place in PLACES),
    *(("platform", place) for place in PLACES),
    ("sandbox", "kind"),
)


def knows_api_server() -> bool:
    """False for a chart from before Airflow 3, whose webserver starts the API server."""
    return chart_version(official_chart()) >= (1, 16)


def server() -> str:
    """What the chart at hand calls the API server."""
    return "api-server" if knows_api_server() else "webserver"


def render(name: str, place: str, **settings: object) -> tuple[Document, ...]:
    """The objects of a release; `settings` are values by path, with `__` for the dots. Raises RenderError."""
    return render_chart(*_arguments(name, place, settings))


def render_bytes(name: str, place: str) -> str:
    """The manifests of a release, rendered anew. Raises RenderError."""
    return render_text(*_arguments(name, place, {}))


def _arguments(name: str, place: str, settings: dict[str, object]) -> Arguments:
    folder = CHARTS / name
    tag = {"airflow": "images.airflow.tag", "platform": "airflow.tag", "sandbox": "image.tag"}[name]
    values = {tag: TAG} | {key.replace("__", "."): value for key, value in settings.items()}
    chosen: Settings = tuple((key, json.dumps(value)) for key, value in values.items())
    if name == "sandbox":
        return name, folder, (), chosen, SANDBOX
    overlay = folder / f"values-{place}.yaml"
    if name == "platform":
        return name, folder, (overlay,), chosen, AIRFLOW
    older = () if knows_api_server() else (folder / "values-chart-1.13.yaml",)
    return name, official_chart(), (folder / "values.yaml", overlay, *older), chosen, AIRFLOW
