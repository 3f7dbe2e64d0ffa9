"""The upload benchmark measures both ways; how fast they are is no test's business."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts.bench import upload

pytestmark = pytest.mark.slow


def test_both_ways_are_measured_on_a_file_of_the_size_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "ROUNDS", 1)
    found = upload.measure(tmp_path, 25)
    assert found["megabytes"] == pytest.approx(25, abs=2)
    assert found["ratio"] == pytest.approx(found["ours_mb_s"] / found["curl_mb_s"], rel=0.01)
    assert 20 < found["peak_rss_mb"] < 500


def test_a_machine_without_curl_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    with pytest.raises(RuntimeError, match="apt-get install curl"):
        upload.measure(tmp_path, 1)
