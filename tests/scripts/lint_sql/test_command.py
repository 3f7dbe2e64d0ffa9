"""The command: where Go is absent it says so and is no failure."""

from __future__ import annotations

import pytest

from scripts.lint_sql.__main__ import main


def test_without_go_the_check_is_skipped_with_the_reason_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main([]) == 0
    assert "skipped, because Go is not installed; get Go" in capsys.readouterr().out
