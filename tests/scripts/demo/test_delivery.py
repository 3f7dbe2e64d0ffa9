"""Where the demo's files come from."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from customer360.catalogue import RATES_TABLE, files_delivered, source
from customer360.inspector import BadFileError
from scripts.demo.delivery import delivered

CUSTOMERS = source("customers")


def test_generated_files_lie_in_a_folder_of_their_size_and_seed(tmp_path: Path) -> None:
    with delivered("", 20, 3, tmp_path) as wait:
        assert wait() == tmp_path / "orders-20-seed-3"
    files = {path.name for path in (tmp_path / "orders-20-seed-3").iterdir()}
    assert {entry.file for entry in files_delivered()} <= files


def test_a_delivery_with_contacts_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / source("customer_pii").file).touch()
    with delivered(str(tmp_path), 1, 1, tmp_path / "data") as wait:
        assert wait() == tmp_path


def test_a_delivery_without_contacts_gets_some_beside_it_and_stays_untouched(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    rows = f"{','.join(CUSTOMERS.header)}\n{'a' * 32},{'b' * 32},01310,sao paulo,SP\n"
    (given / f"{CUSTOMERS.file}.gz").write_bytes(gzip.compress(rows.encode()))
    (given / source(RATES_TABLE).file).touch()
    with delivered(str(given), 1, 1, tmp_path / "data") as wait:
        complete = wait()
    assert "b" * 32 in (complete / source("customer_pii").file).read_text()
    assert (complete / source(RATES_TABLE).file).exists()
    assert {path.name for path in given.iterdir()} == {f"{CUSTOMERS.file}.gz", source(RATES_TABLE).file}


def test_a_delivery_without_customers_is_refused(tmp_path: Path) -> None:
    with (
        delivered(str(tmp_path), 1, 1, tmp_path / "data") as wait,
        pytest.raises(BadFileError, match=CUSTOMERS.file),
    ):
        wait()
