"""The objects that a release gives an environment, and what differs between two releases."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from scripts.cluster import programs
from scripts.cluster.chart import Chart
from scripts.commands import run
from scripts.gitops.checkout import Checkout
from scripts.gitops.versions import tag_of

NAMESPACE = "customer-360"
# libyaml's, which take a tenth of the time: a release of Airflow is half a megabyte of YAML.
LOADER, DUMPER = yaml.CSafeLoader, yaml.CSafeDumper

Objects = Mapping[str, str]


def rendered(checkout: Checkout, commit: str, environment: str, airflow: Chart) -> Objects:
    """Every object of a commit's release in an environment as YAML, by kind and name. Raises CommandError."""
    tag = tag_of(commit)
    with checkout.tree(commit, "charts") as tree:
        charts = tree / "charts"
        overlay = f"values-{environment}.yaml"
        values = charts / "airflow" / "values.yaml", charts / "airflow" / overlay
        older = (airflow.overlay,) if airflow.overlay else ()
        return {
            **_template(
                "platform", charts / "platform", (charts / "platform" / overlay,), f"airflow.tag={tag}"
            ),
            **_template("airflow", airflow.folder, (*values, *older), f"images.airflow.tag={tag}"),
        }


def differences(before: Objects, after: Objects) -> Iterator[str]:
    """A unified diff of every object that comes, goes or changes, in order of their names."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield from difflib.unified_diff(
                old.splitlines(), new.splitlines(), f"a/{name}", f"b/{name}", n=2, lineterm=""
            )


def _template(name: str, chart: Path, values: tuple[Path, ...], tag: str) -> dict[str, str]:
    files = [part for file in values for part in ("--values", str(file))]
    helm = programs.path("helm")
    text = run(helm, "template", name, chart, "--namespace", NAMESPACE, *files, "--set-string", tag)
    documents: list[dict[str, Any]] = [entry for entry in yaml.load_all(text, LOADER) if entry]
    return {
        f"{entry['kind']}/{entry['metadata']['name']}": yaml.dump(entry, Dumper=DUMPER) for entry in documents
    }
