"""What holds for every object of every release in every place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from scripts.cluster.pieces import pieces
from tests.charts.releases import RELEASES, TAG, render, render_bytes
from tests.charts.rendering import Document, containers, pods, search
from tests.charts.restricted import violations

REPOSITORIES = {
    "kind": "localhost:5001/customer-360",
    "staging": "us-docker.pkg.dev/customer-360-artifacts/customer-360",
    "production": "us-docker.pkg.dev/customer-360-artifacts/customer-360",
}
# Kinds of operators: test_external_secrets.py and promtool check them.
OPERATORS = ("external-secrets.io/", "monitoring.")
in_every_place = pytest.mark.parametrize(("release", "place"), RELEASES)


@in_every_place
def test_two_renderings_are_the_same_bytes(release: str, place: str) -> None:
    assert render_bytes(release, place) == render_bytes(release, place)


@in_every_place
def test_every_object_is_valid_for_kubernetes(release: str, place: str) -> None:
    for document in render(release, place):
        if not document["apiVersion"].startswith(OPERATORS):
            kubernetes_validate.validate(document, "1.34", strict=True)
    for pod in pods(render(release, place)).values():
        kubernetes_validate.validate({"apiVersion": "v1", "kind": "Pod", **pod}, "1.34", strict=True)


def test_a_misspelt_field_is_invalid() -> None:
    broken = copy.deepcopy(next(entry for entry in render("platform", "kind") if entry["kind"] == "Job"))
    broken["spec"]["backofLimit"] = 1

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.34", strict=True)


@in_every_place
def test_every_pod_fits_the_restricted_profile(release: str, place: str) -> None:
    assert {
        name: found for name, pod in pods(render(release, place)).items() if (found := violations(pod))
    } == {}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda pod: pod["spec"].update(hostNetwork=True), "hostNetwork is on"),
        (
            lambda pod: pod["spec"]["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
            "volume x is a hostPath",
        ),
        (lambda pod: pod["spec"].pop("securityContext"), "the pod may run as root"),
        (lambda pod: pod["spec"]["securityContext"].pop("seccompProfile"), "the pod has no seccomp profile"),
        (lambda pod: pod["spec"]["containers"][0].pop("securityContext"), "base may gain privileges"),
        (lambda pod: pod["spec"]["containers"][0].pop("securityContext"), "base keeps capabilities"),
        (
            lambda pod: pod["spec"]["containers"][0]["securityContext"].update(readOnlyRootFilesystem=False),
            "base may write to its root filesystem",
        ),
    ],
)
def test_a_pod_that_does_not_fit_is_found(change: Callable[[Any], None], problem: str) -> None:
    pod = copy.deepcopy(pods(render("airflow", "kind"))["ConfigMap airflow-config pod_template_file.yaml"])
    assert problem not in violations(pod)

    change(pod)

    assert problem in violations(pod)


@in_every_place
def test_every_container_names_its_size(release: str, place: str) -> None:
    sizes = {
        f"{name}: {container['name']}": search(
            "resources.[requests.cpu, requests.memory, limits.memory]", container
        )
        for name, pod in pods(render(release, place)).items()
        for container in containers(pod)
    }

    assert sizes
    assert {name: size for name, size in sizes.items() if not size or not all(size)} == {}


@in_every_place
def test_every_image_is_ours_and_of_one_commit_but_for_the_exporter_of_metrics(
    release: str, place: str
) -> None:
    expected = {f"{REPOSITORIES[place]}/{'sandbox' if release == 'sandbox' else 'airflow'}:{TAG}"}
    if release == "airflow" and place != "kind":
        expected.add(
            f"quay.io/prometheus/statsd-exporter:v{pieces()['programs']['statsd_exporter']['version']}"
        )

    assert {
        entry["image"] for pod in pods(render(release, place)).values() for entry in containers(pod)
    } == expected


@in_every_place
def test_no_release_makes_a_secret(release: str, place: str) -> None:
    assert [entry["metadata"]["name"] for entry in render(release, place) if entry["kind"] == "Secret"] == []


@in_every_place
def test_hooks_are_left_to_the_sandbox(release: str, place: str) -> None:
    """Flux and --wait hang on hooks for which pods wait; the sandbox's waits for nobody."""
    hooks = [_name(entry) for entry in render(release, place) if "helm.sh/hook" in _annotations(entry)]

    assert hooks == (["Job prepare"] if release == "sandbox" else [])


@in_every_place
def test_every_object_is_in_a_namespace_of_ours(release: str, place: str) -> None:
    foreign = {
        _name(entry): entry["metadata"]["namespace"]
        for entry in render(release, place)
        if entry["metadata"].get("namespace", "customer-360") != "customer-360"
    }

    assert foreign == {}


def _annotations(document: Document) -> Document:
    found: Document = document["metadata"].get("annotations", {})
    return found


def _name(document: Document) -> str:
    return f"{document['kind']} {document['metadata']['name']}"
