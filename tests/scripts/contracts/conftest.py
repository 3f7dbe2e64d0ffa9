"""The repository that changes are made in."""

from __future__ import annotations

import pytest

from tests.checkout import Checkout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The repository with one commit, `main`."""
    return Checkout(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def checkout(repository: Checkout) -> Checkout:
    """The repository as its first commit left it."""
    repository.reset()
    return repository
