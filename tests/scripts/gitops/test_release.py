"""What a release holds. Pushing it to a registry is tested with the cluster, tests/e2e/gitops."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.cluster import programs
from scripts.cluster.chart import Chart
from scripts.commands import run
from scripts.gitops.release import assemble, chart_name, mark
from tests.scripts.gitops.fleet import ROOT

TAG = "012345678901"
PLACES = ("staging", "production", "kind/staging", "kind/production")


def release(folder: Path, airflow: Chart) -> Path:
    """The unpacked release of this checkout's charts."""
    charts, target = folder / "charts", folder / "release"
    shutil.copytree(ROOT / "charts", charts)
    mark(charts, TAG, airflow)
    target.mkdir()
    assemble(charts, target)
    return target


def built(folder: Path, place: str) -> list[dict[str, Any]]:
    """What Flux makes of a release in a place; like Flux, it may read files beside the place's folder."""
    kustomize = (programs.path("kubectl"), "kustomize", "--load-restrictor", "LoadRestrictionsNone")
    return [entry for entry in yaml.safe_load_all(run(*kustomize, folder / "gitops" / place)) if entry]


@pytest.mark.parametrize("place", PLACES)
def test_a_release_names_its_commit_wherever_one_stands(tmp_path: Path, place: str) -> None:
    objects = built(release(tmp_path, Chart(Path(), "1.20.0", "")), place)

    specs = {
        (entry["kind"], entry["metadata"]["name"]): entry["spec"] for entry in objects if "spec" in entry
    }
    assert specs["OCIRepository", "platform"]["ref"] == {"tag": f"0.1.0-g{TAG}"}
    assert specs["HelmRelease", "platform"]["values"] == {"airflow": {"tag": TAG}}
    assert specs["HelmRelease", "airflow"]["values"] == {"images": {"airflow": {"tag": TAG}}}


def test_a_release_with_an_older_chart_brings_what_that_needs(tmp_path: Path) -> None:
    overlay = ROOT / "charts" / "airflow" / "values-chart-1.13.yaml"

    objects = built(release(tmp_path, Chart(Path(), "1.13.1", "", overlay)), "staging")

    chart = next(e for e in objects if (e["kind"], e["metadata"]["name"]) == ("OCIRepository", "airflow"))
    assert chart["spec"]["ref"] == {"tag": "1.13.1"}
    values = next(
        entry["data"] for entry in objects if entry["metadata"]["name"].startswith("airflow-values")
    )
    assert values["chart.yaml"] == overlay.read_text()


def test_a_release_holds_no_environment_s_version(tmp_path: Path) -> None:
    folder = release(tmp_path, Chart(Path(), "1.20.0", ""))

    assert not list(folder.rglob("clusters"))


def test_a_chart_is_named_by_itself(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: airflow\nversion: 1.20.0\n")

    assert chart_name(tmp_path) == "airflow"
