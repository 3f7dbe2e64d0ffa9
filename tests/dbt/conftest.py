"""Fixtures of the dbt project's tests: the parsed project, and SQL compiled from its macros."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests.baseline import PREFIX, Baseline, environment

DBT = Path(__file__).resolve().parents[2] / "dbt"

RunDbt = Callable[..., list[Any]]


@pytest.fixture(scope="session", autouse=True)
def datasets_of_the_baseline() -> Iterator[None]:
    """The names of the datasets, which dbt reads when it parses."""
    with environment({"C360_DATASET_PREFIX": PREFIX}):
        yield


@pytest.fixture(scope="session")
def dbt_arguments(baseline: Baseline, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The project, and a folder of the session's own for what dbt writes, which begins with the baseline's."""
    place = str(baseline.dbt_target(tmp_path_factory.mktemp("dbt")))
    directories = ["--project-dir", str(DBT), "--profiles-dir", str(DBT)]
    return [*directories, "--target", "sandbox", "--target-path", place, "--log-path", place, "--quiet"]


@pytest.fixture(scope="session")
def manifest(dbt_arguments: list[str]) -> Manifest:
    """The parsed project; no connection is made."""
    parsed = dbtRunner().invoke(["parse", *dbt_arguments])
    assert parsed.success, parsed.exception
    assert isinstance(parsed.result, Manifest)
    return parsed.result


@pytest.fixture(scope="session")
def compile_sql(manifest: Manifest, dbt_arguments: list[str]) -> Callable[[str], str]:
    """Function that renders a template with the project's macros; it raises what a macro raises."""

    def compiled(template: str) -> str:
        offline = ["--inline", template, "--no-populate-cache", "--no-introspect"]
        outcome: Any = dbtRunner(manifest=manifest).invoke(["compile", *offline, *dbt_arguments])
        if outcome.exception is not None:
            raise outcome.exception.__context__ or outcome.exception
        return str(outcome.result.results[0].node.compiled_code)

    return compiled


@pytest.fixture(scope="session")
def run_dbt(manifest: Manifest, dbt_arguments: list[str]) -> RunDbt:
    """Function that runs a dbt command and gives the results of its nodes."""

    def run(*command: str) -> list[Any]:
        outcome: Any = dbtRunner(manifest=manifest).invoke([*command, *dbt_arguments])
        assert outcome.exception is None, outcome.exception
        return list(outcome.result.results)

    return run
