"""The command where there is nothing to rotate; tests/dags/steps/test_rotate.py is about the rotation itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from customer360.settings import from_environment
from customer360.steps.load_keys import load_keys
from customer360.warehouse import Warehouse
from scripts.rotate_keys.__main__ import main
from scripts.sandbox import Sandbox


def test_without_a_sandbox_the_remedy_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sandbox", str(tmp_path)]) == 2
    assert "make demo KEEP=1" in capsys.readouterr().out


@pytest.fixture
def own_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    """Datasets of this module's own."""
    monkeypatch.setenv("C360_DATASET_PREFIX", "olist_ci_rotate_keys")


@pytest.mark.sandbox
def test_without_marts_the_remedy_is_named(
    sandbox: Sandbox, own_prefix: None, capsys: pytest.CaptureFixture[str]
) -> None:
    del own_prefix
    assert main(["--sandbox", str(sandbox.directory)]) == 2
    assert "no marts" in capsys.readouterr().out


@pytest.mark.sandbox
def test_the_version_that_is_there_already_changes_nothing(
    sandbox: Sandbox, own_prefix: None, capsys: pytest.CaptureFixture[str]
) -> None:
    del own_prefix
    settings = from_environment()
    warehouse = Warehouse.connect(settings)
    warehouse.create_dataset(settings.dataset("keys"))
    load_keys(warehouse, settings)
    before = sandbox.environment()

    assert main(["--sandbox", str(sandbox.directory), "--version", "1"]) == 0

    assert "nothing to do: all hashes are of version 1" in capsys.readouterr().out
    assert sandbox.environment() == before
