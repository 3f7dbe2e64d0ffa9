"""The baseline is built once, named after its content, and the only place where tests build a whole pipeline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import baseline
from tests.baseline import ROOT, BaselineError

# What builds every layer, or has something else do so.
BUILDS = re.compile(
    r"\.execute\(|\bStage\(|\bdag\.test\(|\"build\", \"main\"|\bdemo\.run\(|-m\", \"scripts\.demo\""
)
# Modules that build a pipeline of their own, and why they must.
JUSTIFIED = {
    "tests/baseline.py": "builds the baseline, with the demo",
    "tests/dags/airflow/test_run.py": "Airflow itself runs every task, with a dbt pod a layer",
    "tests/dags/steps/test_pipeline.py": "runs that are stopped on their way, from the baseline on",
    "tests/scripts/dbt_ci/test_dbt_ci.py": "in make qa, the whole `dbt build` with the target of CI",
    "tests/scripts/chaos/test_campaign.py": "runs of the raw layer that are killed; whole ones in make qa",
}
ELSEWHERE = ("e2e", "images", "terraform")  # not part of `make test`


def modules() -> dict[str, str]:
    """The text of every Python file of the tests that `make test` runs."""
    found = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in found
        if path.relative_to(ROOT / "tests").parts[0] not in ELSEWHERE
    }


def test_no_module_builds_a_pipeline_outside_the_baseline_without_a_reason() -> None:
    builders = {name for name, text in modules().items() if BUILDS.search(text)}
    assert builders == JUSTIFIED.keys()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one file that the baseline depends on."""
    (tmp_path / "dbt" / "target").mkdir(parents=True)
    (tmp_path / "dbt" / "model.sql").write_text("select 1")
    monkeypatch.setattr(baseline, "ROOT", tmp_path)
    monkeypatch.setattr(baseline, "FOLDER", tmp_path / "build")
    monkeypatch.setattr(baseline, "DEPENDS_ON", ("dbt",))
    return tmp_path


def interpreter(root: Path, text: str) -> None:
    """Have a script take the place of Python."""
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/bash\n{text}\n")
    python.chmod(0o755)


def test_the_same_content_is_built_once(root: Path) -> None:
    interpreter(root, 'echo "$@" >> calls')
    first = baseline.provide()
    (root / "dbt" / "target" / "manifest.json").write_text("{}")
    assert baseline.provide() == first
    assert (root / "calls").read_text().count("tests.baseline") == 1


def test_other_content_is_built_anew_and_the_old_one_goes(root: Path) -> None:
    interpreter(root, "true")
    first = baseline.provide()
    (root / "dbt" / "model.sql").write_text("select 2")
    second = baseline.provide()
    assert (first.folder.exists(), second.folder.exists()) == (False, True)


def test_a_baseline_that_cannot_be_built_says_why_and_is_tried_again(root: Path) -> None:
    interpreter(root, "echo 'DbtError: stg_orders is broken' >&2; exit 1")
    with pytest.raises(
        BaselineError, match=r"could not be built: DbtError: stg_orders is broken; the log is .*build\.log"
    ):
        baseline.provide()
    interpreter(root, "true")
    assert baseline.provide().folder.exists()
