"""What NetworkPolicies admit, by Kubernetes' own rules: a connection needs the leave of both its ends."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.charts.rendering import Document


@dataclass(frozen=True)
class Pod:
    """A pod as a policy sees it."""

    namespace: str
    labels: dict[str, str] = field(default_factory=dict)


Peer = Pod | str  # a pod, or an address outside


def policies(namespace: str, documents: Sequence[Document]) -> list[Document]:
    """The policies among a release's objects, with their namespace."""
    found = [entry for entry in documents if entry["kind"] == "NetworkPolicy"]
    return [{**entry, "metadata": {"namespace": namespace, **entry["metadata"]}} for entry in found]


def admits(rules: Sequence[Document], source: Peer, target: Peer, port: int, protocol: str = "TCP") -> bool:
    """True when `source` may open a connection to `target`."""
    leaves = not isinstance(source, Pod) or _allows(rules, "Egress", source, target, port, protocol)
    enters = not isinstance(target, Pod) or _allows(rules, "Ingress", target, source, port, protocol)
    return leaves and enters


def _allows(
    rules: Sequence[Document], direction: str, pod: Pod, peer: Peer, port: int, protocol: str
) -> bool:
    """No policy of this direction for the pod allows all; several allow what any of them does."""
    mine = [
        rule["spec"]
        for rule in rules
        if rule["metadata"]["namespace"] == pod.namespace
        and direction in rule["spec"]["policyTypes"]
        and _selects(rule["spec"]["podSelector"], pod.labels)
    ]
    side = "to" if direction == "Egress" else "from"
    return not mine or any(
        _names(entry["ports"], port, protocol) and any(_is(peer, one, pod.namespace) for one in entry[side])
        for spec in mine
        for entry in spec.get(direction.lower(), ())
    )


def _names(ports: list[dict[str, Any]], port: int, protocol: str) -> bool:
    return any((entry["port"], entry["protocol"]) == (port, protocol) for entry in ports)


def _is(peer: Peer, description: Document, here: str) -> bool:
    if isinstance(peer, str):
        block: Document = description.get("ipBlock", {})
        return (
            bool(block)
            and _within(peer, block["cidr"])
            and not any(_within(peer, part) for part in block.get("except", ()))
        )
    if "podSelector" not in description or not _selects(description["podSelector"], peer.labels):
        return False
    if "namespaceSelector" in description:
        return _selects(description["namespaceSelector"], {"kubernetes.io/metadata.name": peer.namespace})
    return peer.namespace == here


def _within(address: str, block: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(block)


def _selects(selector: Document, labels: dict[str, str]) -> bool:
    wanted: dict[str, list[str]] = {key: [value] for key, value in selector.get("matchLabels", {}).items()}
    for expression in selector.get("matchExpressions", ()):
        if expression["operator"] != "In":
            raise ValueError(f"operator {expression['operator']} is not known here")
        wanted[expression["key"]] = expression["values"]
    return all(labels.get(key) in values for key, values in wanted.items())
