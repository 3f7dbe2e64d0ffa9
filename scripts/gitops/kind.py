"""Both environments on the kind cluster, under Flux: production is what `make up` made, staging comes beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from scripts.cluster import chart, pieces, room, secrets
from scripts.cluster.chart import REPOSITORY
from scripts.cluster.forward import forwarded
from scripts.cluster.kind import REGISTRY_PORT, kubeconfig, kubectl
from scripts.cluster.kind import REPOSITORY as IMAGES
from scripts.cluster.releases import CHARTS, Release, provide_namespaces, sandbox_image
from scripts.cluster.secrets import AIRFLOW
from scripts.cluster.status import require
from scripts.commands import run
from scripts.docker import docker, has_image
from scripts.gitops import flux, versions
from scripts.gitops.checkout import MAIN, Checkout
from scripts.gitops.health import Cluster
from scripts.gitops.release import Registry, publish
from scripts.images import sources
from scripts.progress import Progress

REGISTRY = Registry(f"localhost:{REGISTRY_PORT}/customer-360", plain=True)
NAMESPACES = {"staging": f"{AIRFLOW}-staging", "production": AIRFLOW}
STAGING_SANDBOX = f"{AIRFLOW}-staging-sandbox"
SERVER = Path(__file__).parent / "git_server"
FLEET = REPOSITORY / "charts" / "gitops" / "clusters" / "kind" / "fleet.yaml"


def cluster(environment: str) -> Cluster:
    """How to reach an environment on kind."""
    return Cluster(NAMESPACES[environment], kubeconfig())


def up(console: Console) -> None:
    """Put Flux in charge of both environments; what is there stays. Raises ClusterError and CommandError."""
    require()
    checkout = Checkout(REPOSITORY)
    checkout.require_clean()
    commit = checkout.commit("HEAD")
    tag = versions.tag_of(commit)
    steps: dict[str, Callable[[], str]] = {
        "room on disk": room.provide,
        "Flux": flux.provide,
        "Git server": _provide_server,
        "staging": lambda: _provide_staging(tag),
        "release": lambda: "; ".join(publish(checkout, commit, REGISTRY, chart.provide(), sources.address())),
        "first commit": lambda: _push_first(commit),
        "fleet": lambda: kubectl("apply", "--filename", str(FLEET)).replace("\n", "; ").rstrip("; "),
    }
    with Progress(console) as progress:
        for title, provide in steps.items():
            progress.start(title)
            progress.result(provide())


def down(console: Console) -> None:
    """Take Flux out again: production stays as it is, staging and the Git server go. Without Flux nothing happens."""
    if not kubectl("get", "namespace", flux.NAMESPACE, "--ignore-not-found", "--output", "name").strip():
        console.print("Flux is not here", highlight=False)
        return
    # What follows main goes first, or it brings back the rest.
    for namespace in (flux.NAMESPACE, *NAMESPACES.values()):
        _delete_all(namespace, "kustomizations.kustomize.toolkit.fluxcd.io", is_suspended=True)
        _delete_all(namespace, "helmreleases.helm.toolkit.fluxcd.io", is_suspended=True)
        # While their controller is there: it has to let go of each.
        _delete_all(namespace, "ocirepositories.source.toolkit.fluxcd.io")
        _delete_all(namespace, "gitrepositories.source.toolkit.fluxcd.io")
    for namespace in (NAMESPACES["staging"], STAGING_SANDBOX, flux.NAMESPACE):
        kubectl("delete", "namespace", namespace, "--ignore-not-found")
    kubectl("delete", "persistentvolume", f"{NAMESPACES['staging']}-landing", "--ignore-not-found")
    console.print("Flux is gone, production runs on; `make up` looks after it again", highlight=False)


def _delete_all(namespace: str, kind: str, *, is_suspended: bool = False) -> None:
    """Delete every object of a kind; what is suspended before leaves what it made as it is."""
    for name in kubectl("get", kind, "--namespace", namespace, "--output", "name").split():
        if is_suspended:
            suspend = json.dumps({"spec": {"suspend": True}})
            kubectl("patch", name, "--namespace", namespace, "--type", "merge", "--patch", suspend)
        kubectl("delete", name, "--namespace", namespace)


def _provide_server() -> str:
    digest = hashlib.sha256(b"".join(sorted(file.read_bytes() for file in SERVER.iterdir()))).hexdigest()
    image = f"{IMAGES}/git-server:{digest[:12]}"
    if not has_image(image):
        base = pieces.pieces()["images"]["base"]
        docker("build", "--quiet", "--build-arg", f"BASE={base}", "--tag", image, str(SERVER))
    docker("push", "--quiet", image)
    kubectl("apply", "--filename", "-", text=(SERVER / "server.yaml").read_text().replace("IMAGE", image))
    kubectl("rollout", "status", "deployment/git-server", "--namespace", flux.NAMESPACE, "--timeout", "2m")
    return "Git server: ready"


def _provide_staging(tag: str) -> str:
    """The namespaces, secrets and emulators of staging; the release itself comes from Flux."""
    namespaces = NAMESPACES["staging"], STAGING_SANDBOX
    provide_namespaces(*namespaces)
    # The node has little left to promise beside production.
    settings = {"landing.namespace": namespaces[0], "resources.bigquery.requests.cpu": "10m"}
    emulators = Release(
        "sandbox", STAGING_SANDBOX, CHARTS / "sandbox", (), sandbox_image(IMAGES, tag) | settings
    )
    return f"staging: {secrets.provide(*namespaces)}, {emulators.provide()}"


def _push_first(commit: str) -> str:
    """Let the Git server begin with this commit; later ones are made by staging and promoting."""
    with git_server() as url:
        if run("git", "ls-remote", url, f"refs/heads/{MAIN}").strip():
            return "Git server: has commits"
        run("git", "push", "--quiet", url, f"{commit}:refs/heads/{MAIN}", cwd=REPOSITORY)
    return f"Git server: begins with {versions.tag_of(commit)}"


@contextmanager
def git_server() -> Iterator[str]:
    """The address on this machine of the repository that Flux follows. Raises ClusterError."""
    with forwarded(flux.NAMESPACE, "git-server", 80) as url:
        yield f"{url}/git/fleet.git"
