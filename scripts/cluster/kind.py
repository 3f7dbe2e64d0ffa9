"""The kind cluster and the registry beside it: made, found, repaired, removed."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from scripts.cluster import ClusterError, programs
from scripts.cluster.pieces import cache_folder, pieces
from scripts.commands import CommandError, run
from scripts.docker import docker

CLUSTER = "customer-360"
NODE = f"{CLUSTER}-control-plane"
REGISTRY = "customer-360-registry"
REGISTRY_PORT = 5001
REPOSITORY = f"localhost:{REGISTRY_PORT}/customer-360"
API_PORT = 8080
READY_SECONDS = 120

CONFIG = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {{podSubnet: 10.244.0.0/16}}
nodes:
  - role: control-plane
    extraMounts: [{{hostPath: "{landing}", containerPath: /landing}}]
    extraPortMappings: [{{listenAddress: 127.0.0.1, hostPort: {port}, containerPort: 30080}}]
"""
# Whether the node runs, and the folder of this machine that it shows as /landing.
STATE = '{{.State.Running}} {{range .Mounts}}{{if eq .Destination "/landing"}}{{.Source}}{{end}}{{end}}'
HOSTS = """\
server = "http://{registry}:5000"
[host."http://{registry}:5000"]
  capabilities = ["pull", "resolve"]
"""


def landing() -> Path:
    """The folder on this machine that pods see as /landing."""
    return cache_folder("landing")


def kubeconfig() -> Path:
    """The file that admits to the cluster."""
    return cache_folder() / "kubeconfig"


def kubectl(*arguments: str, text: str | None = None) -> str:
    """What a kubectl command against the cluster printed. Raises CommandError."""
    return run(programs.path("kubectl"), *arguments, text=text, env={"KUBECONFIG": str(kubeconfig())})


def provide() -> str:
    """Have a cluster whose API answers, with its registry; one line that says what it took.

    One that cannot be brought back is replaced. Raises ClusterError and CommandError.
    """
    _provide_registry()
    done = _revive() or _create()
    _connect_registry()
    return f"cluster {CLUSTER}: {done}"


def is_ready() -> bool:
    """True when the API answers and the node is ready."""
    try:
        status = kubectl("get", "nodes", "--output", 'jsonpath={..conditions[?(@.type=="Ready")].status}')
    except CommandError:
        return False
    return status.strip() == "True"


def remove() -> None:
    """Remove the cluster and the registry; caches stay."""
    _kind("delete", "cluster")
    docker("rm", "--force", "--volumes", REGISTRY)


def _revive() -> str | None:
    """What it took to get the existing cluster back; None when there is none or it stays dead."""
    if not _exists(NODE):
        return None
    state, _, mounted = docker("inspect", "--format", STATE, NODE).strip().partition(" ")
    # Made with another cache folder, it would look for deliveries there.
    if mounted == str(landing()):
        if state == "true" and is_ready():
            return "running"
        with suppress(CommandError):  # the engine may not be able to start it any more
            docker("restart" if state == "true" else "start", NODE)
            # The port of the API may have changed with the restart.
            _kind("export", "kubeconfig")
            if _becomes_ready():
                return "started again"
    _kind("delete", "cluster")
    return None


def _create() -> str:
    image = pieces()["images"]["node"]
    config = CONFIG.format(landing=landing(), port=API_PORT)
    log = cache_folder("logs") / "kind.log"
    # A creation that was cut off leaves a container that kind takes for a cluster.
    _kind("delete", "cluster", log=log)
    ready = ("--wait", f"{READY_SECONDS}s")
    _kind("create", "cluster", "--image", image, "--config", "-", *ready, text=config, log=log)
    if not _becomes_ready():
        raise ClusterError(f"the node did not get ready in {READY_SECONDS} s; see {log}, then run this again")
    return f"created, Kubernetes {pieces()['kubernetes']}"


def _kind(*arguments: str, text: str | None = None, log: Path | None = None) -> None:
    which = ("--name", CLUSTER, "--kubeconfig", kubeconfig())
    run(programs.path("kind"), *arguments, *which, text=text, log=log)


def _becomes_ready() -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if is_ready():
            return True
        time.sleep(1)
    return False


def _exists(container: str) -> bool:
    return bool(docker("ps", "--all", "--quiet", "--filter", f"name=^{container}$").strip())


def _provide_registry() -> None:
    if _exists(REGISTRY):
        try:
            docker("start", REGISTRY)
            return
        except CommandError:  # what cannot be started is replaced; its images are pushed again
            docker("rm", "--force", "--volumes", REGISTRY)
    port = f"127.0.0.1:{REGISTRY_PORT}:5000"
    docker("run", "--detach", "--name", REGISTRY, "--publish", port, pieces()["images"]["registry"])


def _connect_registry() -> None:
    """Let the node find the registry under the name that this machine pushes to."""
    attached = docker("inspect", "--format", "{{json .NetworkSettings.Networks.kind}}", REGISTRY)
    if attached.strip() == "null":
        docker("network", "connect", "kind", REGISTRY)
    folder = f"/etc/containerd/certs.d/localhost:{REGISTRY_PORT}"
    docker("exec", NODE, "mkdir", "-p", folder)
    hosts = HOSTS.format(registry=REGISTRY)
    docker("exec", NODE, "sh", "-c", f"printf '%s' '{hosts}' > {folder}/hosts.toml")
