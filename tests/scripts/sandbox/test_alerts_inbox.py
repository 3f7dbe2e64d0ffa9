"""What is posted to the inbox of alerts stands in its log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from customer360.alerts import alert
from scripts.sandbox.alerts_inbox import LARGEST_BYTES
from scripts.sandbox.lifecycle import module_command
from scripts.sandbox.processes import HOST, free_port, spawn, terminate, wait_until_ready


@dataclass(frozen=True)
class Inbox:
    """A running inbox: where to post, and what it printed."""

    url: str
    log: Path


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    port, log = free_port(8070), tmp_path / "log"
    process = spawn("alerts", *module_command("alerts_inbox", {"host": HOST, "port": port}), port, log)
    try:
        wait_until_ready(process, "/healthz", log)
        yield Inbox(process.url, log)
    finally:
        terminate(process)


def test_an_alert_is_a_line_of_json_in_the_log(inbox: Inbox) -> None:
    alert(inbox.url, {"task": "raw_load.load", "message": "line 1\nline 2"})
    assert [json.loads(line) for line in inbox.log.read_text().splitlines()] == [
        {"task": "raw_load.load", "message": "line 1\nline 2"}
    ]


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b" " * (LARGEST_BYTES + 1), 413)])
def test_what_is_no_alert_is_refused_and_not_logged(inbox: Inbox, body: bytes, status: int) -> None:
    assert requests.post(inbox.url, data=body, timeout=5).status_code == status
    assert inbox.log.read_text() == ""
