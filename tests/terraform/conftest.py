"""Plans of the real configuration, made without a cloud: the providers know their schemas, or are upstream's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.terraform import program, registry
from scripts.terraform.workspace import ENVIRONMENTS, Workspace

Plan = dict[str, Any]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of terraform/ with its providers."""
    found = Workspace(
        tmp_path_factory.mktemp("terraform"), program.provide().path, registry.provide().environment
    )
    found.init()
    return found


@pytest.fixture(scope="session")
def plans(workspace: Workspace) -> dict[str, Plan]:
    """The plan of each environment."""
    return {environment: workspace.plan(environment) for environment in ENVIRONMENTS}


@pytest.fixture(scope="session")
def every_plan(workspace: Workspace, plans: dict[str, Plan]) -> dict[str, Plan]:
    """The plans, and one with a Standard cluster."""
    if registry.choose() == "upstream":
        pytest.skip(
            "the real provider refuses such things itself, and its plans hold defaults that look like ours"
        )
    return plans | {"standard": workspace.plan("staging", gke_mode="standard")}


@pytest.fixture
def planted(workspace: Workspace) -> Iterator[Callable[[str], Plan]]:
    """Plan staging with more configuration beside the real one."""
    extra = workspace.folder / "planted.tf"

    def plan(configuration: str) -> Plan:
        extra.write_text(configuration)
        return workspace.plan("staging")

    yield plan
    extra.unlink(missing_ok=True)
