"""The images that were built last; without one its tests fail, and say what to run."""

from __future__ import annotations

import pytest

from scripts.docker import has_image
from scripts.images.builder import last_built


def built(name: str) -> str:
    """Full name of an image that is on this machine."""
    found = last_built().get(name, {}).get("reference")
    assert isinstance(found, str), f"no image `{name}` was built here: run `make images`"
    assert has_image(found), f"{found} is gone: run `make images`"
    return found


@pytest.fixture(scope="session", params=["airflow", "dbt", "sandbox"])
def any_image(request: pytest.FixtureRequest) -> str:
    """Each image in turn."""
    return built(request.param)


@pytest.fixture(scope="session")
def airflow_image() -> str:
    """The Airflow image."""
    return built("airflow")


@pytest.fixture(scope="session")
def dbt_image() -> str:
    """The dbt image."""
    return built("dbt")


@pytest.fixture(scope="session")
def sandbox_image() -> str:
    """The image of the emulators and PostgreSQL."""
    return built("sandbox")
