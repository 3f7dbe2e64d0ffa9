"""Restoring: what cannot be restored is said, and nothing is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.restore.__main__ import BAD_INPUT, main


@pytest.mark.sandbox
@pytest.mark.usefixtures("settings")
def test_a_run_that_the_bucket_does_not_know_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-run"]) == BAD_INPUT
    assert "run 'no-such-run' delivered no customer_pii, customers" in capsys.readouterr().err


def test_without_a_warehouse_both_remedies_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("C360_PROJECT", "BIGQUERY_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert main(["a-run"]) == BAD_INPUT
    said = capsys.readouterr().err
    assert "make demo KEEP=1" in said
    assert "C360_PROJECT" in said
