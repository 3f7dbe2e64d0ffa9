"""The images that were built last; without one its tests are skipped, and say what to run."""

from __future__ import annotations

import pytest

from scripts.commands import CommandError
from scripts.docker import has_image
from scripts.images.builder import last_built


def built(name: str) -> str:
    """Full name of an image that is on this machine; skips where it is not."""
    found = last_built().get(name, {}).get("reference")
    try:
        is_here = isinstance(found, str) and has_image(found)
    except CommandError as error:
        pytest.skip(f"{error}; the images' tests need it")
    if not isinstance(found, str) or not is_here:
        pytest.skip(f"no image `{name}` is built on this machine: run `make images`")
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
