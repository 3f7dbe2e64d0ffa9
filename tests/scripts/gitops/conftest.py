"""Fixtures of the GitOps tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts.gitops.fleet import Fleet, make


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return make(tmp_path)
