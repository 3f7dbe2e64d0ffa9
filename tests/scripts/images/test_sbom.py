"""The bill of materials is CycloneDX, names packages as their indexes do, and is the same for the same image."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.images.sbom import INVENTORY, bill, debian_component, python_component

DIGEST = "sha256:" + "0" * 64
FOUND = {
    "python": [{"name": "PyYAML", "version": "6.0.3", "license": "MIT"}],
    "debian": [{"name": "libstdc++6", "version": "14.2.0-19", "architecture": "amd64"}],
    "release": "13",
}


def test_a_python_distribution_is_named_as_the_index_names_it() -> None:
    component = python_component({"name": "Flask_AppBuilder", "version": "5.2.2+local", "license": ""})
    assert component["purl"] == "pkg:pypi/flask-appbuilder@5.2.2%2Blocal"
    assert "licenses" not in component


def test_a_licence_expression_is_kept() -> None:
    component = python_component({"name": "attrs", "version": "1", "license": "MIT"})
    assert component["licenses"] == [{"expression": "MIT"}]


def test_a_debian_package_says_its_architecture_and_release() -> None:
    component = debian_component(FOUND["debian"][0], "13")  # type: ignore[arg-type]
    assert component["purl"] == "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=amd64&distro=debian-13"


def test_the_document_is_cyclonedx_1_5_and_about_the_image() -> None:
    document = bill("localhost:5001/customer-360/dbt:abc", DIGEST, FOUND)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    about = document["metadata"]["component"]
    assert (about["name"], about["version"], about["bom-ref"]) == (
        "localhost:5001/customer-360/dbt",
        "abc",
        DIGEST,
    )


def test_every_component_can_be_referred_to() -> None:
    references = [component["bom-ref"] for component in bill("a:b", DIGEST, FOUND)["components"]]
    assert len(set(references)) == len(references) == 2


def test_the_same_image_makes_the_same_document() -> None:
    assert bill("a:b", DIGEST, FOUND) == bill("a:b", DIGEST, FOUND)


def test_another_image_makes_another_serial_number() -> None:
    other = bill("a:b", DIGEST.replace("0", "1"), FOUND)
    assert other["serialNumber"] != bill("a:b", DIGEST, FOUND)["serialNumber"]


def test_the_inventory_lists_what_python_and_dpkg_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dpkg = tmp_path / "dpkg-query"
    dpkg.write_text("#!/bin/sh\nprintf 'bash\\t5.2\\tamd64\\n'\n")
    dpkg.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    # As in an image: the program comes from standard input.
    done = subprocess.run(
        [sys.executable, "-"], input=INVENTORY.read_text(), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["debian"] == [{"name": "bash", "version": "5.2", "architecture": "amd64"}]
    assert pytest.__version__ in [entry["version"] for entry in found["python"] if entry["name"] == "pytest"]
