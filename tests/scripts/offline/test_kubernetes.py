"""Kubernetes from its Go modules."""

from __future__ import annotations

from scripts.offline.kubernetes import with_published_parts

GO_MOD = """\
module k8s.io/kubernetes

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
)
"""


def test_parts_are_replaced_by_the_modules_published_beside_kubernetes() -> None:
    assert "k8s.io/client-go => k8s.io/client-go v0.34.2" in with_published_parts(GO_MOD, "v0.34.2")
