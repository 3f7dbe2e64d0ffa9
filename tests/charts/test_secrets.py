"""Secrets are named, never written: in no manifest, and in no task's pod at all."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.charts.releases import GOOGLE_PLACES, PLACES, RELEASES, render
from tests.charts.rendering import CHARTS, Document, containers, find, pods, search

SECRETS = {
    ("airflow-metadata", "connection"),
    ("airflow-fernet-key", "fernet-key"),
    ("airflow-api-secret-key", "api-secret-key"),
    ("airflow-jwt-secret", "jwt-secret"),
}
TELLING = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY$|CONN|CREDENTIAL")
# Settings that look like one: a connection without credentials, and what an older chart says beside each reference.
HARMLESS = re.compile(r"AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT|AIRFLOW__KUBERNETES_SECRETS__\w+")
TERRAFORM = CHARTS.parent / "terraform"
SECRETS_TF = (TERRAFORM / "secrets.tf").read_text()
ACCESS = (TERRAFORM / "access.yaml").read_text()
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


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_every_secret_that_terraform_makes_is_copied_into_the_cluster(place: str) -> None:
    made = re.findall(r'"([a-z-]+)"', re.findall(r"for_each = toset\(\[(.*)\]\)", SECRETS_TF)[0])
    copied = [e["metadata"]["name"] for e in render("platform", place) if e["kind"] == "ExternalSecret"]

    assert sorted(copied) == sorted(made)


@pytest.mark.parametrize("place", GOOGLE_PLACES)
def test_a_secret_is_copied_by_an_account_that_may_read_it(place: str) -> None:
    accounts = yaml.safe_load(ACCESS)["accounts"]
    may = {
        pod: yaml.safe_load(ACCESS)["matrix"][name]
        for name, entry in accounts.items()
        for pod in entry.get("pods", ())
    }
    for entry in render("platform", place):
        if entry["kind"] == "ExternalSecret":
            assert entry["metadata"]["name"] in may[entry["spec"]["secretStoreRef"]["name"]]["secrets"]


def test_on_kind_nothing_is_copied() -> None:
    assert not [
        entry for entry in render("platform", "kind") if entry["kind"] in ("ExternalSecret", "SecretStore")
    ]
