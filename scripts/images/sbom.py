"""A bill of materials of an image: CycloneDX 1.5, made of what the image itself says is installed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from scripts.commands import run
from scripts.docker import program

INVENTORY = Path(__file__).with_name("inventory.py")
Component = dict[str, Any]


def inspect(image: str) -> dict[str, Any]:
    """What `inventory.py` finds inside an image. Raises CommandError."""
    command = (
        program(),
        "run",
        "--rm",
        "--interactive",
        "--network",
        "none",
        "--entrypoint",
        "python3",
        image,
    )
    found: dict[str, Any] = json.loads(run(*command, text=INVENTORY.read_text()))
    return found


def bill(image: str, digest: str, inventory: dict[str, Any]) -> dict[str, Any]:
    """The document for an image of this digest; the same inventory makes the same document."""
    name, _, tag = image.rpartition(":")
    components = [python_component(entry) for entry in inventory["python"]]
    components += [debian_component(entry, inventory["release"]) for entry in inventory["debian"]]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": digest,
                "name": name,
                "version": tag,
                "properties": [{"name": "image:id", "value": digest}],
            }
        },
        "components": components,
    }


def python_component(entry: dict[str, str]) -> Component:
    """A Python distribution, named as package indexes do."""
    name = re.sub(r"[-_.]+", "-", entry["name"]).lower()
    component = _component(name, entry["version"], f"pkg:pypi/{name}@{quote(entry['version'])}")
    if entry["license"]:
        component["licenses"] = [{"expression": entry["license"]}]
    return component


def debian_component(entry: dict[str, str], release: str) -> Component:
    """A Debian package of one architecture."""
    name, version = entry["name"], entry["version"]
    purl = (
        f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={entry['architecture']}&distro=debian-{release}"
    )
    return _component(name, version, purl)


def _component(name: str, version: str, purl: str) -> Component:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
