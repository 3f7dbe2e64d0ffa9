"""The catalogue of pieces."""

from __future__ import annotations

import pytest

from scripts.cluster.pieces import pieces

PROGRAMS = ("kind", "kubectl", "helm", "statsd_exporter")


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_can_come_from_upstream_and_from_its_module(name: str) -> None:
    assert {"version", "upstream", "checksum", "module", "package"} <= pieces()["programs"][name].keys()


def test_promtool_can_come_from_upstream_and_from_debian() -> None:
    assert {"version", "upstream", "checksum", "member", "debian"} <= pieces()["programs"]["promtool"].keys()


def test_kubectl_and_the_node_are_of_the_kubernetes_version() -> None:
    version = pieces()["kubernetes"]
    assert pieces()["programs"]["kubectl"]["version"] == version
    assert pieces()["images"]["node"] == f"kindest/node:v{version}"


def test_versions_are_text_so_that_none_loses_a_zero() -> None:
    found = [pieces()["kubernetes"], pieces()["node"]["pause"], pieces()["chart"]["version"]]
    found += [program["version"] for program in pieces()["programs"].values()]
    found += [part["version"] for part in pieces()["node"].values() if isinstance(part, dict)]
    assert all(isinstance(version, str) for version in found)


@pytest.mark.parametrize("name", ["actionlint", "grype", "cosign"])
def test_what_checks_workflows_and_releases_can_come_from_both_places_too(name: str) -> None:
    assert {"version", "upstream", "checksum", "module", "package"} <= pieces()["programs"][name].keys()
