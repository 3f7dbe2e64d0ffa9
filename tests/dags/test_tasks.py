"""What the Dag's tasks run: records survive the way through a message, and clients come from the environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from customer360 import tasks
from customer360.catalogue import files_delivered, sources
from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.generate import generate

pytestmark = pytest.mark.sandbox


def test_what_is_sent_and_fetched_is_loaded_from_messages_alone(
    settings: Settings, warehouse: Warehouse, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("C360_DATASET_PREFIX", settings.dataset_prefix)
    generate(tmp_path, 20, 7)
    where = (str(tmp_path), run_id, "2018-12-31")
    sent: list[dict[str, Any]] = [tasks.send(source.table, *where) for source in files_delivered()]
    messages = json.loads(json.dumps([*sent, tasks.fetch(*where)]))
    kept = tasks.keep_out(messages, run_id, lambda _holder: True)
    assert kept == messages
    rows = tasks.replace(json.loads(json.dumps(kept)))
    assert set(rows) == {source.table for source in sources()}
    assert warehouse.rows(f"select count(*) as n from {settings.dataset('raw')}.orders") == [{"n": 20}]
