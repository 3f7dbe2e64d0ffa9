"""The sandbox image: emulators that answer in a restricted container without the internet."""

from __future__ import annotations

import pytest

from tests.images.containers import answers, python, running, wait_until

pytestmark = pytest.mark.cluster

DATA = ("--tmpfs=/data:uid=50000,gid=0,mode=0770", "--tmpfs=/tmp", "--network=none")
BIGQUERY = ("serve", "--port=9050", "--grpc-port=9060", "--project=customer-360-sandbox", "--data-dir=/data")
SERVICES = {
    "rates": (("python", "-m", "scripts.sandbox.rates_stub"), 8090, "/healthz"),
    "bigquery": (("python", "-m", "scripts.sandbox.bigquery", *BIGQUERY), 9050, "/healthz"),
    "gateway": (
        (
            "python",
            "-m",
            "scripts.sandbox.storage_gateway",
            "--port=4443",
            "--upstream=http://127.0.0.1:4444",
        ),
        4443,
        "/_gateway/healthz",
    ),
    "storage": (
        ("fake-gcs-server", "-scheme=http", "-port=4443", "-backend=filesystem", "-filesystem-root=/data"),
        4443,
        "/_internal/healthcheck",
    ),
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers(sandbox_image: str, service: str) -> None:
    command, port, path = SERVICES[service]
    with running(sandbox_image, *command, options=DATA) as container:
        wait_until(container, *answers(port, path))


def test_the_extensions_of_duckdb_load_without_a_download(sandbox_image: str) -> None:
    code = """
import duckdb
for name in ("ducklake", "httpfs", "icu", "spatial"):
    duckdb.sql(f"load {name}")
"""
    done = python(sandbox_image, code)
    assert done.returncode == 0, done.stderr


def test_the_step_that_creates_bucket_and_datasets_can_be_imported(sandbox_image: str) -> None:
    done = python(sandbox_image, "import scripts.sandbox.prepare")
    assert done.returncode == 0, done.stderr
