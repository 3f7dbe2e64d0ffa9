"""The cluster's secrets: made at random once, inside the cluster only; Secret Manager holds them elsewhere."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping

from scripts.cluster.kind import kubectl

AIRFLOW = "customer-360"
SANDBOX = "customer-360-sandbox"


def provide(airflow: str = AIRFLOW, sandbox: str = SANDBOX) -> str:
    """Make the secrets that are not there yet in two namespaces; one line that says how many. Raises CommandError."""
    existing = {namespace: _names(namespace) for namespace in (airflow, sandbox)}
    made = 0
    # Both namespaces hold the database's password, so its two secrets are made together or not at all.
    if "airflow-metadata" not in existing[airflow] or "postgresql" not in existing[sandbox]:
        password = secrets.token_urlsafe(24)
        connection = f"postgresql://airflow:{password}@postgresql.{sandbox}:5432/airflow"
        put(sandbox, "postgresql", {"password": password})
        put(airflow, "airflow-metadata", {"connection": connection})
        made += 2
    for name, values in _fresh().items():
        if name not in existing[airflow]:
            put(airflow, name, values)
            made += 1
    return f"secrets: {made} made" if made else "secrets: kept"


def read(namespace: str, name: str) -> dict[str, str]:
    """The values of a secret. Raises CommandError when it is not there."""
    found = json.loads(kubectl("get", "secret", name, "--namespace", namespace, "--output", "json"))
    return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}


def _fresh() -> dict[str, dict[str, str]]:
    return {
        "airflow-fernet-key": {"fernet-key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()},
        "airflow-api-secret-key": {"api-secret-key": secrets.token_hex(32)},
        "airflow-jwt-secret": {"jwt-secret": secrets.token_hex(64)},
        "airflow-admin": {"username": "admin", "password": secrets.token_urlsafe(18)},
        "hash-keys": {"hash-key": secrets.token_hex(32), "contact-key": secrets.token_hex(32)},
        "erasure-key": {"erasure-key": secrets.token_hex(32)},
    }


def _names(namespace: str) -> set[str]:
    return set(
        kubectl("get", "secrets", "--namespace", namespace, "--output", "jsonpath={..metadata.name}").split()
    )


def put(namespace: str, name: str, values: Mapping[str, str]) -> None:
    """Create or replace a secret; its values go through a pipe, never through a command line or a file.

    Raises CommandError.
    """
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "stringData": dict(values),
    }
    # Applying would keep a copy of the values in an annotation.
    kubectl("delete", "secret", name, "--namespace", namespace, "--ignore-not-found")
    kubectl("create", "--filename", "-", text=json.dumps(manifest))
