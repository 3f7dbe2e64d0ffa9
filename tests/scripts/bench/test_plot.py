"""The benchmark's picture shows the measured numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from scripts.bench.plot import plot


@pytest.fixture
def results() -> dict[str, Any]:
    return {
        "machine": "2 cores, 8 GB",
        "upload": {"ours_mb_s": 312.4, "curl_mb_s": 331.1, "ratio": 0.94, "peak_rss_mb": 71.2},
        "runs": [
            {"orders": 100_000, "seconds": {"upload": 9.1, "dbt": 48.2, "total": 57.3}, "peak_rss_mb": 84.0},
            {"orders": 10_000, "seconds": {"upload": 1.1, "dbt": 21.2, "total": 22.3}, "peak_rss_mb": 81.0},
        ],
        "ordinary": {"ours_s": 57.3, "ordinary_s": 148.6, "ratio": 0.39},
    }


def _texts(path: Path) -> set[str]:
    elements = ElementTree.parse(path).iter()  # noqa: S314 - the file is our own
    return {(element.text or "").strip() for element in elements if element.tag.endswith("text")}


def test_every_measured_number_is_written_on_the_picture(tmp_path: Path, results: dict[str, Any]) -> None:
    plot(results, tmp_path / "bench.svg")
    assert _texts(tmp_path / "bench.svg") >= {
        "22 s",
        "57 s",
        "10,000",
        "100,000",
        "upload",
        "dbt",
        "312 MB/s",
        "331 MB/s",
        "149 s",
        "Upload: 0.94 of plain curl, 71 MB of memory at most",
        "Full run: 0.39 of the ordinary way's time",
        "Measured on 2 cores, 8 GB",
    }


def test_memory_by_process_gives_a_line_each(tmp_path: Path, results: dict[str, Any]) -> None:
    for run in results["runs"]:
        run["peak_rss_mb"] = {"steps": 81.0, "warehouse": 500.0}
    plot(results, tmp_path / "bench.svg")
    assert _texts(tmp_path / "bench.svg") >= {"steps", "warehouse"}


def test_runs_are_drawn_from_few_orders_to_many(tmp_path: Path, results: dict[str, Any]) -> None:
    plot(results, tmp_path / "given.svg")
    results["runs"].reverse()
    plot(results, tmp_path / "reversed.svg")
    assert (tmp_path / "given.svg").read_bytes() == (tmp_path / "reversed.svg").read_bytes()


def test_another_measurement_gives_another_picture(tmp_path: Path, results: dict[str, Any]) -> None:
    plot(results, tmp_path / "before.svg")
    results["runs"][0]["seconds"]["dbt"] = 40.0
    plot(results, tmp_path / "after.svg")
    assert (tmp_path / "before.svg").read_bytes() != (tmp_path / "after.svg").read_bytes()


def test_the_ending_chooses_the_format(tmp_path: Path, results: dict[str, Any]) -> None:
    plot(results, tmp_path / "new" / "bench.png")
    assert (tmp_path / "new" / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_measurement_is_an_error(tmp_path: Path, results: dict[str, Any]) -> None:
    del results["ordinary"]
    with pytest.raises(KeyError, match="ordinary"):
        plot(results, tmp_path / "bench.svg")
    assert not (tmp_path / "bench.svg").exists()
