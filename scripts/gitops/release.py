"""Publish a release: our chart, the official chart and the environments' values of one commit, to a registry.

A release is an image with nothing to run in it: Flux unpacks it. Its tag is that of the images it deploys, so a release
is one name for all of them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.cluster import programs
from scripts.cluster.chart import Chart
from scripts.cluster.pieces import pieces
from scripts.commands import run, succeeds
from scripts.docker import docker, in_registry
from scripts.gitops import GitOpsError
from scripts.gitops.checkout import Checkout
from scripts.gitops.versions import NONE, tag_of
from scripts.images import catalogue
from scripts.images.catalogue import reference

# The images that a release deploys.
IMAGES = tuple(image.name for image in catalogue.IMAGES if image.is_released)
DOCKERFILE = """\
FROM scratch
ARG COMMIT SOURCE
LABEL org.opencontainers.image.revision=$COMMIT org.opencontainers.image.source=$SOURCE
COPY . /
"""


@dataclass(frozen=True)
class Registry:
    """Where images and charts are; `plain` for one without TLS."""

    repository: str
    plain: bool = False

    @property
    def charts(self) -> str:
        return f"oci://{self.repository}/charts"

    @property
    def options(self) -> list[str]:
        return ["--plain-http"] if self.plain else []

    def has(self, name: str, tag: str) -> bool:
        """True when the registry has an image of this tag."""
        return in_registry(reference(self.repository, name, tag), *(["--insecure"] if self.plain else []))

    def has_chart(self, name: str, version: str) -> bool:
        """True when the registry has this version of a chart."""
        address = f"{self.charts}/{name}"
        return succeeds(programs.path("helm"), "show", "chart", address, "--version", version, *self.options)

    def require(self, tag: str) -> None:
        """Raises GitOpsError unless the release and every image it deploys are there."""
        missing = [name for name in ("release", *IMAGES) if not self.has(name, tag)]
        if missing:
            raise GitOpsError(
                f"{self.repository} has no {', '.join(missing)} of {tag}: publish that release first"
            )


def publish(
    checkout: Checkout, commit: str, registry: Registry, airflow: Chart, source: str
) -> Iterator[str]:
    """Push what is missing of a commit's release; a line for each part. Raises GitOpsError and CommandError."""
    tag = tag_of(commit)
    if missing := [name for name in IMAGES if not registry.has(name, tag)]:
        raise GitOpsError(f"{registry.repository} has no image {', '.join(missing)} of {tag}: push it first")
    with checkout.tree(commit, "charts") as tree:
        charts = tree / "charts"
        yield _push_chart(charts / "platform", f"0.1.0-g{tag}", registry)
        yield _push_chart(airflow.folder, airflow.version, registry)
        if registry.has("release", tag):
            yield f"release {tag}: kept"
            return
        mark(charts, tag, airflow)
        name = reference(registry.repository, "release", tag)
        with tempfile.TemporaryDirectory() as folder:
            assemble(charts, Path(folder))
            docker(
                "build", "--quiet", "--tag", name, "--build-arg", f"COMMIT={commit}",
                "--build-arg", f"SOURCE={source}", folder,
            )  # fmt: skip
        docker("push", "--quiet", name)
        yield f"release {tag}: published"


def mark(charts: Path, tag: str, airflow: Chart) -> None:
    """Write into the tree which release it is, and what the official chart at hand needs."""
    version = charts / "gitops" / "base" / "version.yaml"
    text = version.read_text().replace(f"tag: {NONE}", f'tag: "{tag}"').replace(f"-{NONE}", f"-g{tag}")
    pin = pieces()["chart"]["version"]
    version.write_text(text.replace(f"ref: {{tag: {pin}}}", f"ref: {{tag: {airflow.version}}}"))
    if airflow.overlay:
        shutil.copyfile(airflow.overlay, charts / "gitops" / "base" / "chart.yaml")


def assemble(charts: Path, folder: Path) -> None:
    """Put what an environment's kustomization reads into a folder, with a Dockerfile beside."""
    shutil.copytree(
        charts / "gitops", folder / "gitops", ignore=shutil.ignore_patterns("clusters", "flux", "*.md")
    )
    for chart in ("airflow", "platform"):
        (folder / chart).mkdir()
        for values in charts.joinpath(chart).glob("values*.yaml"):
            shutil.copyfile(values, folder / chart / values.name)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / ".dockerignore").write_text("Dockerfile\n.dockerignore\n")


def _push_chart(chart: Path, version: str, registry: Registry) -> str:
    if registry.has_chart(chart_name(chart), version):
        return f"chart {chart_name(chart)} {version}: kept"
    helm = programs.path("helm")
    with tempfile.TemporaryDirectory() as folder:
        run(helm, "package", chart, "--version", version, "--destination", folder)
        archive = next(Path(folder).glob("*.tgz"))
        run(helm, "push", archive, registry.charts, *registry.options)
    return f"chart {chart_name(chart)} {version}: published"


def chart_name(chart: Path) -> str:
    """The name that a chart has by itself, whatever its folder is called."""
    for line in (chart / "Chart.yaml").read_text().splitlines():
        if line.startswith("name:"):
            return line.split()[1]
    raise GitOpsError(f"{chart}/Chart.yaml has no name")
