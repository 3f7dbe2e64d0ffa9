"""Secrets are named, never written: in no manifest, and in no task's pod at all."""

from __future__ import annotations

import re

import pytest

from tests.charts.releases import PLACES, RELEASES, render
from tests.charts.rendering import Document, containers, find, pods, search

SECRETS = {
    ("airflow-metadata", "connection"),
    ("airflow-fernet-key", "fernet-key"),
    ("airflow-api-secret-key", "api-secret-key"),
    ("airflow-jwt-secret", "jwt-secret"),
}
TELLING = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY$|CONN|CREDENTIAL")
# Settings that look like one: a connection without credentials, and what an older chart says beside each reference.
HARMLESS = re.compile(r"AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT|AIRFLOW__KUBERNETES_SECRETS__\w+")
in_every_place = pytest.mark.parametrize("place", PLACES)


def variables(pod: Document) -> list[Document]:
    """The variables of all containers of a pod."""
    return [entry for container in containers(pod) for entry in container.get("env", ())]


def references(documents: tuple[Document, ...]) -> set[tuple[str, str]]:
    """(secret, key) of every variable that comes by reference."""
    found = (
        entry["valueFrom"]["secretKeyRef"]
        for pod in pods(documents).values()
        for entry in variables(pod)
        if "valueFrom" in entry
    )
    return {(entry["name"], entry["key"]) for entry in found}


@in_every_place
def test_airflow_names_its_four_secrets(place: str) -> None:
    assert references(render("airflow", place)) == SECRETS


@in_every_place
def test_the_prepared_database_needs_its_address_and_the_administrator(place: str) -> None:
    assert references(render("platform", place)) == {
        ("airflow-metadata", "connection"),
        ("airflow-admin", "username"),
        ("airflow-admin", "password"),
    }


def test_postgresql_reads_its_password_from_a_file() -> None:
    pod = find(render("sandbox", "kind"), "StatefulSet", "postgresql")["spec"]["template"]

    assert search("spec.volumes[?name=='password'].secret.secretName", pod) == ["postgresql"]
    assert references(render("sandbox", "kind")) == set()


@pytest.mark.parametrize(("release", "place"), RELEASES)
def test_no_variable_that_sounds_secret_has_its_value_written(release: str, place: str) -> None:
    written = {
        entry["name"]
        for pod in pods(render(release, place)).values()
        for entry in variables(pod)
        if TELLING.search(entry["name"]) and "value" in entry and not HARMLESS.fullmatch(entry["name"])
    }

    assert written <= {"POSTGRES_PASSWORD_FILE"}


@in_every_place
def test_a_task_gets_no_secret(place: str) -> None:
    """Neither the metadata database nor a key: tasks talk to the Execution API alone."""
    pod = pods(render("airflow", place))["ConfigMap airflow-config pod_template_file.yaml"]

    assert [entry["name"] for entry in variables(pod) if "valueFrom" in entry] == []
    assert [entry for container in containers(pod) for entry in container.get("envFrom", ())] == []
    assert [volume["name"] for volume in pod["spec"]["volumes"] if "secret" in volume] == []


@in_every_place
def test_the_configuration_file_holds_no_secret(place: str) -> None:
    text = find(render("airflow", place), "ConfigMap", "airflow-config")["data"]["airflow.cfg"]

    assert not re.search(
        r"^(sql_alchemy_conn|fernet_key|secret_key|jwt_secret|.*password.*) *=", text, re.MULTILINE
    )


def test_the_administrators_password_is_in_no_argument() -> None:
    """Whoever may list pods would read it there."""
    pod = next(iter(pods(render("platform", "kind")).values()))

    assert [entry["args"][:2] for entry in containers(pod)] == [["python", "-c"]]
    assert "ADMIN_PASSWORD" in pod["spec"]["containers"][0]["args"][2]
