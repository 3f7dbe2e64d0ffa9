"""The three Helm releases on kind: our platform, the emulators, and the official Airflow chart."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from scripts.cluster import programs
from scripts.cluster.chart import REPOSITORY, Chart
from scripts.cluster.kind import kubeconfig, kubectl
from scripts.cluster.pieces import cache_folder
from scripts.cluster.secrets import AIRFLOW, SANDBOX
from scripts.commands import CommandError, run

CHARTS = REPOSITORY / "charts"
TIMEOUT = "10m"
# Everything below these namespaces has to fit the strictest profile.
GUARDS = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}


@dataclass(frozen=True)
class Release:
    """A Helm release: its name, namespace, chart, values files in order, and single values."""

    name: str
    namespace: str
    chart: Path
    values: tuple[Path, ...]
    settings: dict[str, str]

    def provide(self) -> str:
        """Install or upgrade unless just this is deployed; one line that says which. Raises CommandError."""
        wanted, found = self._fingerprint(), self._found()
        if found and found["status"] == "deployed" and self._deployed_fingerprint() == wanted:
            self._wait_until_ready()
            return f"release {self.name}: unchanged"
        if found:
            self._clear_the_way(found)
        self.install("--description", wanted)
        return f"release {self.name}: installed"

    def install(self, *options: str) -> str:
        """Install or upgrade, and wait until everything is ready; what it printed. Raises CommandError."""
        log = cache_folder("logs") / f"helm-{self.name}.log"
        waiting = ("--wait", "--wait-for-jobs", "--timeout", TIMEOUT)
        return helm(*self.arguments(), *waiting, *options, log=log)

    def arguments(self) -> list[str]:
        """Arguments for Helm that install or upgrade the release."""
        found = ["upgrade", "--install", self.name, str(self.chart), "--namespace", self.namespace]
        for file in self.values:
            found += ["--values", str(file)]
        for name, value in self.settings.items():
            found += ["--set-string", f"{name}={value}"]
        return found

    def _fingerprint(self) -> str:
        """A digest of the chart, the values and the settings."""
        digest = hashlib.sha256(json.dumps(self.settings, sort_keys=True).encode())
        files = sorted(path for path in self.chart.rglob("*") if path.is_file())
        for path in (*files, *self.values):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _found(self) -> dict[str, str] | None:
        """What Helm lists of the release, in whatever state; None when there is none."""
        found = json.loads(helm("list", "--namespace", self.namespace, "--all", "--output", "json"))
        return next((entry for entry in found if entry["name"] == self.name), None)

    def _deployed_fingerprint(self) -> str:
        """The digest that the last revision was installed with."""
        history = helm("history", self.name, "--namespace", self.namespace, "--max", "1", "--output", "json")
        description: str = json.loads(history)[-1]["description"]
        return description

    def _clear_the_way(self, found: Mapping[str, str]) -> None:
        """Undo what stands in an upgrade's way: one that failed or was cut off, or another version of the chart."""
        place = ("--namespace", self.namespace, "--wait", "--timeout", TIMEOUT)
        status, deployed = found["status"], found["chart"]
        if status != "deployed":
            try:
                helm("rollback", self.name, *place)
                deployed = (self._found() or found)["chart"]
            except CommandError:  # there is nothing to go back to
                deployed = ""
        chart = yaml.safe_load((self.chart / "Chart.yaml").read_text())
        if deployed != f"{chart['name']}-{chart['version']}":
            # Objects of two versions may claim the same port.
            helm("uninstall", self.name, *place)

    def _wait_until_ready(self) -> None:
        """Wait for what a restart of the node may still be starting. Raises CommandError when it does not come."""
        place = ("--namespace", self.namespace)
        for name in kubectl("get", "deployments,statefulsets", *place, "--output", "name").split():
            kubectl("rollout", "status", name, *place, "--timeout", TIMEOUT)


def helm(*arguments: str, log: Path | None = None) -> str:
    """What a helm command against the cluster printed. Raises CommandError."""
    return run(programs.path("helm"), *arguments, log=log, env={"KUBECONFIG": str(kubeconfig())})


def releases(repository: str, tag: str, airflow_chart: Chart) -> tuple[Release, ...]:
    """Every release in order of installation, with images of one repository and tag."""
    overlays = (airflow_chart.overlay,) if airflow_chart.overlay else ()
    airflow = CHARTS / "airflow"
    platform = (CHARTS / "platform" / "values-kind.yaml",)
    airflow_image = {"airflow.repository": f"{repository}/airflow", "airflow.tag": tag}
    values = (airflow / "values.yaml", airflow / "values-kind.yaml", *overlays)
    # A worker is seconds of CPU before it works: more of them than cores only wait for each other.
    at_once = {"config.core.parallelism": str(max(2, os.cpu_count() or 2))}
    # The platform prepares Airflow's database, which is the sandbox's here.
    return (
        Release("sandbox", SANDBOX, CHARTS / "sandbox", (), sandbox_image(repository, tag)),
        Release("platform", AIRFLOW, CHARTS / "platform", platform, airflow_image),
        Release("airflow", AIRFLOW, airflow_chart.folder, values, airflow_images(repository, tag) | at_once),
    )


def sandbox_image(repository: str, tag: str) -> dict[str, str]:
    """The values that name the image of every emulator."""
    return {"image.repository": f"{repository}/sandbox", "image.tag": tag}


def airflow_images(repository: str, tag: str) -> dict[str, str]:
    """The values that name the image of every component; workers and dbt pods follow them."""
    return {"images.airflow.repository": f"{repository}/airflow", "images.airflow.tag": tag}


def provide_namespaces(*names: str) -> str:
    """Have the namespaces, guarded; one line that names them. Raises CommandError."""
    for name in names:
        manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": GUARDS}}
        kubectl("apply", "--filename", "-", text=json.dumps(manifest))
    return f"namespaces: {', '.join(names)}"
