"""The kind node image, built here: Debian, kind's own files, and Kubernetes from its Go modules."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.cluster.pieces import cache_folder, pieces
from scripts.commands import CommandError, run
from scripts.docker import docker
from scripts.offline import debian, go_modules, kubernetes

HERE = Path(__file__).parent
CONTAINER = "customer-360-node-build"
NODE_BASE = "customer-360/node-base"
CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
ON_THE_NODE = ("kubeadm", "kubelet", "kubectl")
KIND = "sigs.k8s.io/kind"
MODULES = {
    "etcd": ("go.etcd.io/etcd/server/v3", "/usr/local/bin/etcd"),
    "coredns": ("github.com/coredns/coredns", "/coredns"),
    "local-path-provisioner": (
        "github.com/rancher/local-path-provisioner",
        "/usr/local/bin/local-path-provisioner",
    ),
}
# These call programs of the node's system.
ON_NODE_BASE = {"kube-proxy": "/usr/local/bin/kube-proxy", "kube-router": "/usr/local/bin/kube-router"}
KUBE_ROUTER = "github.com/cloudnativelabs/kube-router/v2"


def build(image: str) -> None:
    """Build the node image under this name. Raises ClusterError and CommandError."""
    node, version = pieces()["node"], pieces()["kubernetes"]
    debian.provide_base(node["base"])
    programs = _programs(node, version)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _build_base(node["base"], place / "base")
        images = _component_images(node, version, programs, place)
        docker("save", "-o", str(place / "images.tar"), *images)
        _assemble(image, version, programs, place)


def _programs(node: Mapping[str, Any], version: str) -> dict[str, Path]:
    """Every program of the node by name; built where it is not there yet."""
    folder = cache_folder("node", version)
    programs = {name: folder / name for name in (*CONTROL_PLANE, *ON_THE_NODE, "kube-proxy")}
    kubernetes.build(version, programs)
    modules = {name: (module, module) for name, (module, _) in MODULES.items()}
    modules["kube-router"] = (f"{KUBE_ROUTER}/cmd/kube-router", KUBE_ROUTER)
    for name, (package, module) in modules.items():
        programs[name] = cache_folder("node", f"{name}-{node[name]['version']}") / name
        if not programs[name].exists():
            go_modules.build(package, module, node[name]["version"], programs[name])
    programs["pause"] = folder / "pause"
    if not programs["pause"].exists():
        source = kubernetes.pause_source(version)
        run("gcc", "-Os", "-static", f"-DVERSION={node['pause']}", "-o", programs["pause"], source)
    return programs


def _build_base(base: str, context: Path) -> None:
    kind_version = pieces()["programs"]["kind"]["version"]
    files = go_modules.module_folder(KIND, kind_version) / "images" / "base" / "files"
    shutil.copytree(files, context / "files")
    for name in ("runc-without-sys-resource", "10-bridge.conflist"):
        shutil.copy(HERE / name, context / name)
    docker(
        "build", "-t", NODE_BASE, "--build-arg", f"BASE={base}", "-f", str(HERE / "Dockerfile"), str(context)
    )


def _component_images(
    node: Mapping[str, Any], version: str, programs: Mapping[str, Path], place: Path
) -> list[str]:
    """The images that the node starts by itself, as kubeadm and kind name them."""
    scratch = {
        f"registry.k8s.io/{name}:v{version}": (name, f"/usr/local/bin/{name}") for name in CONTROL_PLANE
    }
    scratch |= {node[name]["image"]: (name, program) for name, (_, program) in MODULES.items()}
    scratch |= {f"registry.k8s.io/pause:{node['pause']}": ("pause", "/pause")}
    for image, (name, program) in scratch.items():
        _single_program(image, "scratch", programs[name], program, place / name)
    systemic = {
        f"registry.k8s.io/kube-proxy:v{version}": "kube-proxy",
        node["kube-router"]["image"]: "kube-router",
    }
    for image, name in systemic.items():
        _single_program(image, NODE_BASE, programs[name], ON_NODE_BASE[name], place / name)
    helper = node["local-path-provisioner"]["helper"]
    docker("tag", node["base"], helper)
    return [*scratch, *systemic, helper]


def _single_program(image: str, base: str, source: Path, program: str, context: Path) -> None:
    context.mkdir()
    shutil.copy(source, context / "program")
    # pause runs as nobody; the others say in their manifests who they are.
    user = "USER 65535:65535\n" if program == "/pause" else ""
    (context / "Dockerfile").write_text(
        f'FROM {base}\nCOPY --chmod=0755 program {program}\n{user}ENTRYPOINT ["{program}"]\n'
    )
    docker("build", "-t", image, str(context))


def _assemble(image: str, version: str, programs: Mapping[str, Path], place: Path) -> None:
    """Put the programs, manifests and images into a container of the base, and commit it."""
    _remove_container()
    docker(
        "run", "--detach", "--name", CONTAINER, "--privileged", "--entrypoint", "sleep", NODE_BASE, "infinity"
    )
    try:
        for name in ON_THE_NODE:
            docker("cp", str(programs[name]), f"{CONTAINER}:/usr/bin/{name}")
        files = {
            "/kind/version": f"v{version}",
            "/kind/manifests/default-storage.yaml": _storage_manifest(),
            "/kind/manifests/default-cni.yaml": network_manifest(),
        }
        for number, (target, content) in enumerate(files.items()):
            source = place / f"file-{number}"
            source.write_text(content)
            docker("cp", str(source), f"{CONTAINER}:{target}")
        _import_images(place / "images.tar")
        docker(
            "commit", "--change", 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]', CONTAINER, image
        )
    finally:
        _remove_container()


def _import_images(archive: Path) -> None:
    docker("cp", str(archive), f"{CONTAINER}:/images.tar")
    docker("exec", "--detach", CONTAINER, "containerd")
    ctr = ("exec", CONTAINER, "ctr", "--namespace=k8s.io")
    for _ in range(30):
        try:
            docker(*ctr, "version")
            break
        except CommandError:
            time.sleep(1)
    docker(*ctr, "images", "import", "--all-platforms", "--no-unpack", "--digests", "/images.tar")
    # containerd must have written everything before the container is committed.
    stop = "pkill -x containerd; while pgrep -x containerd >/dev/null; do sleep 0.1; done"
    docker("exec", CONTAINER, "bash", "-c", f"{stop}; rm -rf /images.tar /run/containerd/*; sync")


def network_manifest() -> str:
    """What enforces NetworkPolicies on the node, as YAML documents."""
    image: str = pieces()["node"]["kube-router"]["image"]
    return (HERE / "network.yaml").read_text().replace("KUBE_ROUTER_IMAGE", image)


def _storage_manifest() -> str:
    """kind's manifest of the default storage class, out of its Go source."""
    kind = go_modules.module_folder(KIND, pieces()["programs"]["kind"]["version"])
    source = (kind / "pkg" / "build" / "nodeimage" / "const_storage.go").read_text()
    provisioner = pieces()["node"]["local-path-provisioner"]
    names = {"storageProvisionerImage": provisioner["image"], "storageHelperImage": provisioner["helper"]}
    return storage_manifest(source, names)


def storage_manifest(source: str, names: Mapping[str, str]) -> str:
    """The text of Go's constant defaultStorageManifest, with the constants it is joined with put in."""
    start = source.index("const defaultStorageManifest = `") + len("const defaultStorageManifest = `")
    body = source[start : source.rindex("`")]
    return re.sub(r"` \+ (\w+) \+ `", lambda found: names[found[1]], body)


def _remove_container() -> None:
    docker("rm", "--force", CONTAINER)
