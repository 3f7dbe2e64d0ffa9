"""The planted project: a column against its contract, and an error that only a later run meets."""

from __future__ import annotations

from pathlib import Path

import pytest

from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.lint_sql.analyzer import Problem, analyze
from scripts.lint_sql.project import CompileError, Project

PLANTED = Path(__file__).parent / "project"

pytestmark = pytest.mark.sandbox


@pytest.fixture
def project(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("C360_DATASET_PREFIX", settings.dataset_prefix)
    return Project(PLANTED, "sandbox", tmp_path)


def test_every_model_and_test_is_checked_and_the_branch_of_later_runs_too(
    analyzer: Path, project: Project, warehouse: Warehouse
) -> None:
    queries = [*project.queries(), *project.incremental_queries(warehouse)]
    assert [query.name for query in queries] == [
        "dbt/models/prices.sql",
        "dbt/models/later_prices.sql",
        "dbt/models/models.yml, not_null_prices_order_id",
        "dbt/models/later_prices.sql (incremental)",
    ]
    contract, later = analyze(analyzer, project.tables(), queries)
    assert contract == Problem("dbt/models/prices.sql", "column price is FLOAT64, the contract says NUMERIC")
    assert later.name == "dbt/models/later_prices.sql (incremental)"
    assert later.message.startswith("Syntax error")


def test_a_project_that_does_not_parse_is_refused_with_the_words_of_dbt(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match="dbt parse failed"):
        Project(tmp_path, "sandbox", tmp_path)
