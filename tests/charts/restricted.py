"""Pod Security's profile `restricted` for version 1.34, and what this project asks beyond it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.charts.rendering import Document, containers, search

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


def violations(pod: Document) -> list[str]:
    """What the profile refuses in a pod, one sentence each."""
    return [
        *_of_pod(pod["spec"]),
        *(problem for entry in containers(pod) for problem in _of_container(entry)),
    ]


def _of_pod(spec: Document) -> Iterator[str]:
    for namespace in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(namespace):
            yield f"{namespace} is on"
    for volume in spec.get("volumes", ()):
        if kind := set(volume) - {"name"} - VOLUMES:
            yield f"volume {volume['name']} is a {kind.pop()}"
    security = spec.get("securityContext", {})
    if security.get("runAsNonRoot") is not True:
        yield "the pod may run as root"
    if security.get("runAsUser") == 0:
        yield "the pod runs as root"
    if search("seccompProfile.type", security) not in ("RuntimeDefault", "Localhost"):
        yield "the pod has no seccomp profile"


def _of_container(container: Document) -> Iterator[str]:
    name, security = container["name"], container.get("securityContext", {})
    if security.get("privileged"):
        yield f"{name} is privileged"
    if security.get("allowPrivilegeEscalation") is not False:
        yield f"{name} may gain privileges"
    if search("capabilities.drop", security) != ["ALL"] or search("capabilities.add", security):
        yield f"{name} keeps capabilities"
    if security.get("runAsNonRoot") is False or security.get("runAsUser") == 0:
        yield f"{name} runs as root"
    if any("hostPort" in port for port in container.get("ports", ())):
        yield f"{name} takes a port of the node"
    # Beyond the profile.
    if security.get("readOnlyRootFilesystem") is not True:
        yield f"{name} may write to its root filesystem"
