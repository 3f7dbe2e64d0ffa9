"""What holds for each image: who it runs as, what it says of itself, and what it must not carry."""

from __future__ import annotations

import json
import re

import pytest

from scripts.images.builder import OUTPUT
from scripts.images.catalogue import IMAGES
from tests.images.containers import docker, inspect, run

pytestmark = pytest.mark.cluster

TARGETS = {image.name: image.target_mb for image in IMAGES}


def name_of(image: str) -> str:
    return image.rpartition(":")[0].rpartition("/")[2]


def test_an_image_runs_as_a_numbered_user_without_rights(any_image: str) -> None:
    assert run(any_image, "-u", options=("--entrypoint=id",)).stdout == "50000\n"
    # Kubernetes can tell by a number alone that a user is not root.
    assert inspect(any_image)["Config"]["User"] == "50000:0"


def test_an_image_says_what_it_was_made_from(any_image: str) -> None:
    labels = inspect(any_image)["Config"]["Labels"]
    assert isinstance(labels, dict)
    assert re.fullmatch(r"[0-9a-f]{12}(-[0-9a-f]{12})?", labels["org.opencontainers.image.revision"])
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert "org.opencontainers.image.source" in labels
    assert labels["org.opencontainers.image.title"].startswith("Customer 360: ")


def test_an_image_is_no_larger_than_its_target(any_image: str) -> None:
    size = inspect(any_image)["Size"]
    assert isinstance(size, int)
    assert size / 1e6 <= TARGETS[name_of(any_image)]


def test_no_certificate_of_the_build_and_no_tool_of_it_is_left(any_image: str) -> None:
    left = "ls -A /run/secrets /build /var/lib/apt/lists /var/cache/apt; command -v uv pip gcc git"
    done = run(any_image, "-c", left, options=("--entrypoint=sh",))
    assert re.sub(r"^(/.*:)?\n", "", done.stdout, flags=re.MULTILINE) == ""


def test_no_secret_stands_in_an_image_s_environment_or_history(any_image: str) -> None:
    config = inspect(any_image)["Config"]["Env"]
    history = docker("history", "--no-trunc", "--format={{.CreatedBy}}", any_image).stdout
    assert not re.search(r"(PASSWORD|TOKEN|SECRET|_KEY)=", f"{config} {history}")


def test_the_bill_of_materials_lists_python_and_debian_packages(any_image: str) -> None:
    document = json.loads((OUTPUT / f"{name_of(any_image)}.cdx.json").read_text())
    assert document["metadata"]["component"]["bom-ref"] == inspect(any_image)["Id"]
    kinds = {component["purl"].split("/")[0] for component in document["components"]}
    assert kinds == {"pkg:pypi", "pkg:deb"}


def test_docker_s_stop_ends_a_process_that_handles_no_signal(any_image: str) -> None:
    # Without an init process the kernel would not deliver SIGTERM, and a pod would take 30 seconds to go.
    entrypoint = inspect(any_image)["Config"]["Entrypoint"]
    assert isinstance(entrypoint, list)
    assert entrypoint[:2] == ["/usr/bin/dumb-init", "--"]
