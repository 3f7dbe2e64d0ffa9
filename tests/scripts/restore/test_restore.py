"""Restoring: what cannot be restored is said, and nothing is loaded."""

from __future__ import annotations

import pytest

from scripts.restore.__main__ import BAD_INPUT, main


@pytest.mark.sandbox
@pytest.mark.usefixtures("settings")
def test_a_run_that_the_bucket_does_not_know_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-run"]) == BAD_INPUT
    assert "run 'no-such-run' delivered no customer_pii, customers" in capsys.readouterr().err


def test_without_settings_the_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("C360_PROJECT", raising=False)
    assert main(["a-run"]) == BAD_INPUT
    assert "C360_PROJECT" in capsys.readouterr().err
