"""Which official chart is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.cluster import ClusterError, chart, upstream


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty caches, no chart named, and no upstream."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("AIRFLOW_CHART", raising=False)
    monkeypatch.setattr(upstream, "answers", lambda _url: False)
    return tmp_path / "customer360" / "charts"


def write_chart(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "Chart.yaml").write_text(f"name: airflow\nversion: {version}\n")
    return folder


def test_a_named_chart_wins_over_a_cached_one(
    caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_chart(caches / "airflow-1.20.0", "1.20.0")
    monkeypatch.setenv("AIRFLOW_CHART", str(write_chart(tmp_path / "mine", "1.22.0")))
    assert chart.provide().version == "1.22.0"


def test_a_folder_without_a_chart_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CHART", str(tmp_path))
    with pytest.raises(ClusterError, match=r"must name a folder that holds Chart\.yaml"):
        chart.provide()


def test_the_pinned_chart_needs_no_overlay(caches: Path) -> None:
    write_chart(caches / "airflow-1.20.0", "1.20.0")
    assert chart.provide().overlay is None


def test_the_registry_copy_says_loudly_that_it_is_not_the_pin(caches: Path) -> None:
    write_chart(caches / "airflow-1.13.1", "1.13.1")
    assert "REGISTRY COPY, NOT THE PIN 1.20.0" in str(chart.provide())


def test_the_registry_copy_comes_with_its_overlay(caches: Path) -> None:
    write_chart(caches / "airflow-1.13.1", "1.13.1")
    assert chart.provide().overlay == chart.REPOSITORY / "charts" / "airflow" / "values-chart-1.13.yaml"


@pytest.mark.slow
@pytest.mark.usefixtures("caches")
def test_the_registry_copy_is_fetched_with_its_hash_when_upstream_is_silent() -> None:
    found = chart.provide()
    assert (found.version, (found.folder / "templates").is_dir()) == ("1.13.1", True)
