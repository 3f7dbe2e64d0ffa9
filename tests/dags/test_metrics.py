"""Metrics: what is sent arrives under the names that rules ask for, and names nobody."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import pytest

from customer360.metrics import Gauge, send
from tests.programs import running_exporter

ROWS = Gauge("customer_360_rows", 99, {"layer": "raw", "table": "orders"})


def test_each_gauge_is_a_packet_of_its_own() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        send(
            f"127.0.0.1:{receiver.getsockname()[1]}",
            [ROWS, Gauge("customer_360_reconciled_at_seconds", 1_700_000_000)],
        )
        assert [receiver.recv(1000).decode() for _ in range(2)] == [
            "customer_360_rows:99|g|#layer:raw,table:orders",
            "customer_360_reconciled_at_seconds:1700000000|g",
        ]


def test_the_exporter_shows_them_to_prometheus(tmp_path: Path) -> None:
    with running_exporter(tmp_path) as exporter:
        send(exporter.address, [Gauge("customer_360_reconciled_at_seconds", 1_700_000_000), ROWS])
        series = exporter.series("customer_360_rows")
    assert series == {
        "customer_360_reconciled_at_seconds": 1_700_000_000,
        'customer_360_rows{layer="raw",table="orders"}': 99,
    }


def test_without_an_address_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("a socket was opened"))
    send("", [ROWS])


@pytest.mark.parametrize("address", ["no.such.host.invalid:9125", "127.0.0.1:1"])
def test_a_network_that_does_not_work_is_no_error(address: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        send(address, [ROWS, ROWS, ROWS])
    assert {record.getMessage().partition(":")[0] for record in caplog.records} <= {
        "metrics could not be sent"
    }


@pytest.mark.parametrize("value", ["Maria Silva", "maria@example.com", "+55 11 91234-5678", "", "a|b", "a,b"])
def test_a_label_that_is_no_name_of_a_table_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(ValueError, match="is no name of a layer or table") as caught:
        Gauge("customer_360_rows", 1, {"layer": "raw", "table": value})
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "labels"), [("rows", {}), ("customer_360_rows", {}), ("customer_360_rows", {"customer": "a"})]
)
def test_a_metric_that_is_not_known_is_refused(name: str, labels: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is known"):
        Gauge(name, 1, labels)
