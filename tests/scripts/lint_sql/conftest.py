"""The analyzer's program. It takes minutes to build, so `make lint-sql` does that and not the tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts.lint_sql.analyzer import cached


@pytest.fixture(scope="session")
def program() -> Path:
    if shutil.which("go") is None:
        pytest.skip("the SQL analyzer needs Go, which is not installed")
    if not cached().exists():
        pytest.skip("the SQL analyzer is not built; `make lint-sql` builds it in about 5 minutes")
    return cached()
