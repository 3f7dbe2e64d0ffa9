"""Render a chart with Helm, once a session for the same arguments, and look at what came out."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]
import yaml

from scripts.cluster import programs
from scripts.cluster.pieces import cache_folder, pieces

CHARTS = Path(__file__).resolve().parents[2] / "charts"
KUBERNETES = "1.34.2"

Document = dict[str, Any]
Settings = tuple[tuple[str, str], ...]


class RenderError(RuntimeError):
    """Helm refused the values or the chart; the message is what it said."""


@cache
def helm() -> str:
    """Helm: $HELM, else on PATH, else in the cache. Raises RenderError when there is none."""
    cached = programs.path("helm")
    found = os.environ.get("HELM") or shutil.which("helm") or (str(cached) if cached.exists() else None)
    if found is None:
        raise RenderError("helm is not there: run `make tools`, or name it in HELM")
    return found


@cache
def official_chart() -> Path:
    """The Airflow chart at hand: $AIRFLOW_CHART, else the pin, else the registry copy. Raises RenderError."""
    if path := os.environ.get("AIRFLOW_CHART"):
        return Path(path)
    pin = pieces()["chart"]
    for version in (pin["version"], pin["copy"]["version"]):
        if (folder := cache_folder("charts") / f"airflow-{version}").exists():
            return folder
    raise RenderError("no Airflow chart is there: run `make tools`, or name a folder in AIRFLOW_CHART")


@cache
def chart_version(chart: Path) -> tuple[int, ...]:
    """A chart's version in numbers."""
    found: str = yaml.safe_load((chart / "Chart.yaml").read_text())["version"]
    return tuple(int(part) for part in found.split("."))


def render_text(
    name: str,
    chart: Path,
    values_files: Sequence[Path],
    settings: Settings,
    namespace: str,
    kube_version: str = KUBERNETES,
) -> str:
    """The manifests as Helm prints them; `settings` are --set-json values. Raises RenderError."""
    command = [helm(), "template", name, str(chart), "--namespace", namespace, "--kube-version", kube_version]
    for file in values_files:
        command += ["--values", str(file)]
    for key, value in settings:
        command += ["--set-json", f"{key}={value}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RenderError(done.stderr)
    return done.stdout


@cache
def render_chart(
    name: str,
    chart: Path,
    values_files: tuple[Path, ...],
    settings: Settings,
    namespace: str,
    kube_version: str = KUBERNETES,
) -> tuple[Document, ...]:
    """The manifests as documents, without absent values, which the API server drops too. Raises RenderError."""
    text = render_text(name, chart, values_files, settings, namespace, kube_version)
    return tuple(_without_null(document) for document in yaml.load_all(text, yaml.CSafeLoader) if document)


def find(documents: Sequence[Document], kind: str, name: str) -> Document:
    """The object of a kind and name. Raises LookupError when there is none, or more than one."""
    found = [entry for entry in documents if entry["kind"] == kind and entry["metadata"]["name"] == name]
    if len(found) != 1:
        raise LookupError(f"{len(found)} objects are {kind} {name}")
    return found[0]


def names(documents: Sequence[Document]) -> set[tuple[str, str]]:
    """(kind, name) of every object."""
    return {(entry["kind"], entry["metadata"]["name"]) for entry in documents}


def search(expression: str, document: Any) -> Any:
    """What a JMESPath expression finds."""
    return jmespath.search(expression, document)


def pods(documents: Sequence[Document]) -> dict[str, Document]:
    """Every pod that the objects make, by the name of what makes it: the template in a ConfigMap is one too."""
    found = {}
    for document in documents:
        name = f"{document['kind']} {document['metadata']['name']}"
        if template := search("spec.template", document):
            found[name] = template
        if template := search('data."pod_template_file.yaml"', document):
            found[f"{name} pod_template_file.yaml"] = yaml.load(template, yaml.CSafeLoader)
    return found


def containers(pod: Document) -> Iterator[Document]:
    """A pod's containers, those that run first included."""
    yield from pod["spec"].get("initContainers", ())
    yield from pod["spec"]["containers"]


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_without_null(entry) for entry in value]
    return value
