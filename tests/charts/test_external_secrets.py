"""Objects of External Secrets against its own definitions, in which no field is unknown."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from scripts.cluster import schemas
from tests.charts.releases import render
from tests.charts.rendering import Document

KINDS = {"SecretStore", "ExternalSecret"}
GROUP = "external-secrets.io/"


@cache
def definitions() -> dict[tuple[str, str], dict[str, Any]]:
    """The schema of each kind and API version."""
    path = schemas.path("external-secrets")
    if not path.exists():
        raise FileNotFoundError("the definitions of External Secrets are not there: run `make tools`")
    return {
        (crd["spec"]["names"]["kind"], f"{crd['spec']['group']}/{version['name']}"): closed(
            version["schema"]["openAPIV3Schema"]
        )
        for crd in yaml.load_all(path.read_text(), yaml.CSafeLoader)
        for version in crd["spec"]["versions"]
        if version["served"]
    }


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with every object closed; a cluster would drop what is unknown without a word."""
    found = dict(schema)
    if "properties" in found:
        found["properties"] = {name: closed(entry) for name, entry in found["properties"].items()}
        found.setdefault("additionalProperties", False)
    if isinstance(found.get("items"), dict):
        found["items"] = closed(found["items"])
    return found


def problems(document: Document) -> list[str]:
    """What is wrong with an object below its metadata."""
    schema = definitions()[document["kind"], document["apiVersion"]]
    body = {**document, "metadata": {}}
    schema = {**schema, "properties": {**schema["properties"], "metadata": {"type": "object"}}}
    return [error.message for error in Draft202012Validator(schema).iter_errors(body)]


def objects(place: str) -> list[Document]:
    """The objects of External Secrets that the platform makes."""
    return [entry for entry in render("platform", place) if entry["apiVersion"].startswith(GROUP)]


@pytest.mark.parametrize("place", ["staging", "production"])
def test_every_object_is_as_external_secrets_defines_it(place: str) -> None:
    found = objects(place)
    assert {entry["kind"] for entry in found} == KINDS
    assert {entry["metadata"]["name"]: problems(entry) for entry in found} == {
        entry["metadata"]["name"]: [] for entry in found
    }


def broken(kind: str, *path: str) -> list[str]:
    """What is wrong with an object in which a name is misspelt."""
    found = copy.deepcopy(next(entry for entry in objects("production") if entry["kind"] == kind))
    place: Any = found["spec"]
    for name in path[:-1]:
        place = place[name]
    place[f"{path[-1]}x"] = place.pop(path[-1])
    return problems(found)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("SecretStore", ("provider", "gcpsm", "projectID")),
        ("SecretStore", ("provider", "gcpsm", "auth", "workloadIdentity", "serviceAccountRef")),
        ("ExternalSecret", ("target", "deletionPolicy")),
    ],
)
def test_a_misspelt_field_is_found(kind: str, path: tuple[str, ...]) -> None:
    assert any(f"{path[-1]}x" in problem for problem in broken(kind, *path))
