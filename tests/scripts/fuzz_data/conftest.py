"""A small delivery to make mutants of."""

from __future__ import annotations

import pytest

from customer360.catalogue import files_delivered
from scripts.fuzz_data.mutants import Delivered
from scripts.generate import generate


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Delivered]:
    """Every file of forty orders."""
    folder = tmp_path_factory.mktemp("files")
    generate(folder, 40, 5)
    return [Delivered(entry.table, (folder / entry.file).read_bytes()) for entry in files_delivered()]
