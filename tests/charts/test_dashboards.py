"""Grafana's dashboard: readable by Grafana, and every query one that Prometheus takes and someone sends metrics for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.charts.promql import known_metrics, used_metrics
from tests.charts.releases import render
from tests.charts.rendering import CHARTS, find, names
from tests.programs import program

FILE = CHARTS / "platform" / "dashboards" / "customer-360.json"
DASHBOARD: dict[str, Any] = json.loads(FILE.read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
QUERIES = {panel["title"]: target["expr"] for panel in PANELS for target in panel["targets"]}


def parsed(queries: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """What promtool says of queries, as the rules of a file."""
    rules = [{"record": f"query:{index}", "expr": query} for index, query in enumerate(queries)]
    file = folder / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    command = [program("promtool"), "check", "rules", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in PANELS)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len({panel["id"] for panel in PANELS}) == len({panel["title"] for panel in PANELS}) == len(PANELS)
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24  # Grafana's columns


def test_every_query_is_one_that_prometheus_takes(tmp_path: Path) -> None:
    checked = parsed(list(QUERIES.values()), tmp_path)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_query_that_prometheus_does_not_take_is_found(tmp_path: Path) -> None:
    assert parsed(["sum by pool airflow_pool_open_slots"], tmp_path).returncode != 0


@pytest.mark.parametrize("title", QUERIES)
def test_a_panel_shows_only_what_someone_sends(title: str) -> None:
    used = used_metrics(QUERIES[title])

    assert used
    assert used <= known_metrics()


def test_every_metric_of_ours_and_airflows_mapping_is_shown_or_watched() -> None:
    rules = yaml.safe_load((CHARTS / "platform" / "files" / "rules.yaml").read_text())["groups"]
    asked = [*QUERIES.values(), *(rule["expr"] for group in rules for rule in group["rules"])]
    used = {name for query in asked for name in used_metrics(query)}

    assert {name for name in known_metrics() if not name.endswith("_sum")} == used


def test_grafanas_sidecar_finds_the_dashboard_where_it_is_asked_for() -> None:
    found = find(render("platform", "staging", monitoring__dashboards=True), "ConfigMap", "dashboards")

    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(found["data"]["customer-360.json"]) == DASHBOARD
    assert ("ConfigMap", "dashboards") not in names(render("platform", "staging"))
