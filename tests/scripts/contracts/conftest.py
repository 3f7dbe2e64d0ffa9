"""The repository that changes are made in."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.checkout import Checkout


@pytest.fixture(scope="module", autouse=True)
def no_settings() -> Iterator[None]:
    """Production's own names: the sandbox of other tests sets others for the whole process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("C360_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The repository with one commit, `main`."""
    return Checkout(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def checkout(repository: Checkout) -> Checkout:
    """The repository as its first commit left it."""
    repository.reset()
    return repository
