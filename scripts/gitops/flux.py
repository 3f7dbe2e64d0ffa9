"""Flux in the kind cluster: from upstream where that answers, else built from Go modules."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path

from scripts.cluster import programs, upstream
from scripts.cluster.chart import REPOSITORY
from scripts.cluster.kind import REPOSITORY as IMAGES
from scripts.cluster.kind import kubectl
from scripts.cluster.pieces import architecture, cache_folder, pieces
from scripts.commands import run
from scripts.offline import flux as offline

SETUP = REPOSITORY / "charts" / "gitops" / "flux"
NAMESPACE = "flux-system"
WAIT = "5m"


def provide() -> str:
    """Have the controllers running; one line that says where they came from. Raises ClusterError and CommandError."""
    text, origin = _manifests()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(SETUP / "kustomization.yaml", folder)
        Path(folder, "install.yaml").write_text(text)
        wanted = run(programs.path("kubectl"), "kustomize", folder)
    kubectl("apply", "--server-side", "--force-conflicts", "--filename", "-", text=wanted)
    for name in pieces()["flux"]["controllers"]:
        kubectl("rollout", "status", f"deployment/{name}", "--namespace", NAMESPACE, "--timeout", WAIT)
    return f"Flux {pieces()['flux']['version']}: {origin}"


def _manifests() -> tuple[str, str]:
    flux = pieces()["flux"]
    url = flux["upstream"].format(version=flux["version"], arch=architecture())
    if upstream.answers(url):
        components = ",".join(flux["controllers"])
        return run(_command_line(url), "install", "--export", f"--components={components}"), "from upstream"
    images = f"{IMAGES}/fluxcd"
    origin = offline.provide_images(images)
    return offline.manifests(images), f"{origin}, upstream does not answer"


def _command_line(url: str) -> Path:
    """Flux's own program, whose export holds the manifests. Raises ClusterError."""
    flux = pieces()["flux"]
    program = cache_folder("bin", f"flux-{flux['version']}") / "flux"
    if not program.exists():
        archive = program.with_name("download")
        listed = upstream.text(flux["checksum"].format(version=flux["version"]))
        upstream.fetch(url, programs.checksum(listed, url.rpartition("/")[2]), archive)
        with tarfile.open(archive) as content:
            content.extract("flux", program.parent, filter="data")
        archive.unlink()
    return program
