"""What Flux makes of charts/gitops: one base, overlays that hold differences, and what a release must not do."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from scripts.cluster import programs
from scripts.cluster.pieces import pieces
from scripts.commands import run
from scripts.gitops import ENVIRONMENTS
from tests.charts.releases import render
from tests.charts.rendering import CHARTS, Document, RenderError, find

GITOPS = CHARTS / "gitops"
CHART_RELEASES = ("platform", "airflow")


@cache
def built(place: str) -> tuple[Document, ...]:
    """The objects of a folder of charts/gitops; like Flux, kustomize may read files beside it."""
    kustomize = (programs.path("kubectl"), "kustomize", "--load-restrictor", "LoadRestrictionsNone")
    text = run(*kustomize, GITOPS / place)
    return tuple(entry for entry in yaml.load_all(text, yaml.CSafeLoader) if entry)


def values_files(place: str, release: str) -> list[str]:
    """The values files of a Helm release in a place, the last of which wins."""
    found = []
    for reference in find(built(place), "HelmRelease", release)["spec"]["valuesFrom"]:
        content: str = find(built(place), "ConfigMap", reference["name"])["data"][reference["valuesKey"]]
        found.append(content)
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_airflow_gets_the_files_that_the_charts_tests_render(environment: str) -> None:
    airflow = CHARTS / "airflow"
    assert values_files(environment, "airflow")[:2] == [
        (airflow / "values.yaml").read_text(),
        (airflow / f"values-{environment}.yaml").read_text(),
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_platform_gets_the_environment_s_values(environment: str) -> None:
    assert values_files(environment, "platform") == [
        (CHARTS / "platform" / f"values-{environment}.yaml").read_text()
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_kind_adds_its_own_values_to_an_environment_s(environment: str) -> None:
    for release in CHART_RELEASES:
        files = values_files(f"kind/{environment}", release)
        own = (CHARTS / release / "values-kind.yaml").read_text()
        assert files.index(own) > files.index((CHARTS / release / f"values-{environment}.yaml").read_text())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_on_kind_no_secret_comes_from_secret_manager(environment: str) -> None:
    last = yaml.safe_load(values_files(f"kind/{environment}", "platform")[-1])
    assert last["externalSecrets"] == {"project": ""}


def test_environments_differ_in_values_alone() -> None:
    staging, production = (
        [entry for entry in built(environment) if entry["kind"] != "ConfigMap"]
        for environment in ENVIRONMENTS
    )
    for one, other in zip(staging, production, strict=True):
        assert without_digests(one) == without_digests(other)


def test_clusters_differ_in_version_and_folder_alone() -> None:
    staging, production = (built(f"clusters/{environment}") for environment in ENVIRONMENTS)
    differing = {
        (one["kind"], one["metadata"]["name"])
        for one, other in zip(staging, production, strict=True)
        if one != other
    }
    assert differing <= {
        ("OCIRepository", "release"),
        ("Kustomization", "release"),
        ("Kustomization", "fleet"),
    }
    assert ("Kustomization", "release") in differing


@pytest.mark.parametrize("release", CHART_RELEASES)
def test_a_release_that_fails_is_rolled_back(release: str) -> None:
    upgrade = find(built("production"), "HelmRelease", release)["spec"]["upgrade"]
    assert upgrade["remediation"] == {"retries": 1, "remediateLastFailure": True, "strategy": "rollback"}


@pytest.mark.parametrize("release", CHART_RELEASES)
def test_what_is_edited_by_hand_is_put_back(release: str) -> None:
    assert find(built("production"), "HelmRelease", release)["spec"]["driftDetection"] == {"mode": "enabled"}


def test_airflow_waits_for_the_platform_which_migrates_its_database() -> None:
    assert find(built("production"), "HelmRelease", "airflow")["spec"]["dependsOn"] == [{"name": "platform"}]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_takes_signed_releases_alone(environment: str) -> None:
    release = find(built(f"clusters/{environment}"), "OCIRepository", "release")
    (identity,) = release["spec"]["verify"]["matchOIDCIdentity"]
    assert release["spec"]["verify"]["provider"] == "cosign"
    assert identity["subject"].endswith(r"/\.github/workflows/release\.yml@refs/heads/main$")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_deleting_what_flux_follows_deletes_no_namespace(environment: str) -> None:
    namespace = find(built(f"clusters/{environment}"), "Namespace", "customer-360")
    assert namespace["metadata"]["annotations"] == {"kustomize.toolkit.fluxcd.io/prune": "disabled"}


def test_on_kind_each_environment_has_a_namespace_of_its_own() -> None:
    found = [entry for entry in built("clusters/kind") if entry["kind"] == "Kustomization"]
    assert {entry["metadata"]["namespace"]: entry["spec"]["targetNamespace"] for entry in found} == {
        "customer-360": "customer-360",
        "customer-360-staging": "customer-360-staging",
    }


def test_the_official_chart_is_the_pinned_one() -> None:
    chart = find(built("production"), "OCIRepository", "airflow")
    assert chart["spec"]["ref"] == {"tag": pieces()["chart"]["version"]}


def test_a_release_that_was_not_published_is_refused_by_the_chart() -> None:
    tag = find(built("production"), "HelmRelease", "airflow")["spec"]["values"]["images"]["airflow"]["tag"]
    with pytest.raises(RenderError, match="it must be a commit of 12 digits"):
        render("airflow", "production", images__airflow__tag=tag)


def without_digests(document: Document) -> Any:
    """A document whose ConfigMaps go by their names alone: the digest behind each is that of its content."""
    return yaml.safe_load(
        "\n".join(
            line.rpartition("-")[0] if "-values-" in line else line
            for line in yaml.safe_dump(document).splitlines()
        )
    )
