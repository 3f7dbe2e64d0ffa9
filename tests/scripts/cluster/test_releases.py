"""What each Helm release is given on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.cluster.chart import Chart
from scripts.cluster.releases import releases


@pytest.mark.parametrize(("cores", "at_once"), [(1, "2"), (2, "2"), (8, "8"), (None, "2")])
def test_as_many_tasks_run_at_once_as_there_are_cores_and_at_least_two(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cores: int | None, at_once: str
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    airflow = releases("registry", "0123456789ab", Chart(tmp_path, "1.20.0", "here"))[-1]

    assert airflow.settings["config.core.parallelism"] == at_once
