"""Where the demo's files come from."""

from __future__ import annotations

import csv
import gzip
import re
import zipfile
from pathlib import Path

import pytest

from customer360.catalogue import RATES_TABLE, files_delivered, source
from customer360.inspector import BadFileError
from scripts.demo.delivery import delivered
from scripts.generate import generate
from tests.web import serving

CUSTOMERS, CONTACTS = source("customers"), source("customer_pii")


def test_generated_files_lie_in_a_folder_of_their_size_and_seed(tmp_path: Path) -> None:
    with delivered("", 20, 3, tmp_path) as wait:
        assert wait() == tmp_path / "orders-20-seed-3"
    files = {path.name for path in (tmp_path / "orders-20-seed-3").iterdir()}
    assert {entry.file for entry in files_delivered()} <= files


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder as people have it: the nine files, no contacts."""
    folder = tmp_path / "given"
    generate(folder, 20, 3)
    for path in folder.iterdir():
        if path.name not in {entry.file for entry in files_delivered()} - {CONTACTS.file}:
            path.unlink()
    return folder


def taken(source: str | Path, tmp_path: Path) -> Path:
    """The folder that a run of a source takes in."""
    with delivered(str(source), 1, 1, tmp_path / "data") as wait:
        return wait()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_delivery_with_contacts_is_taken_as_it_is(given: Path, tmp_path: Path) -> None:
    (given / CONTACTS.file).touch()
    assert taken(given, tmp_path) == given


def test_a_delivery_without_contacts_gets_some_beside_it_and_stays_untouched(
    given: Path, tmp_path: Path
) -> None:
    (given / f"{CUSTOMERS.file}.gz").write_bytes(gzip.compress((given / CUSTOMERS.file).read_bytes()))
    (given / CUSTOMERS.file).unlink()
    (given / source(RATES_TABLE).file).touch()
    (given / f"{CONTACTS.file}.bak").touch()  # not the contacts
    before = names(given)
    complete = taken(given, tmp_path)
    persons = set(re.findall(r"\b[0-9a-f]{32}\b", (complete / CONTACTS.file).read_text()))
    with gzip.open(given / f"{CUSTOMERS.file}.gz", "rt") as file:
        assert persons == {row["customer_unique_id"] for row in csv.DictReader(file)}
    assert (complete / source(RATES_TABLE).file).exists()
    assert names(given) == before


def test_a_zip_file_is_unpacked_whatever_folder_it_has(given: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in given.iterdir():
            file.write(path, f"brazilian-ecommerce/{path.name}")
        file.writestr("brazilian-ecommerce/notes.txt", "no known file")
    assert names(taken(archive, tmp_path)) == names(given) | {CONTACTS.file}


def test_a_url_is_downloaded(given: Path, tmp_path: Path) -> None:
    files = {f"/day/{path.name}": path.read_bytes() for path in given.iterdir()}
    with serving(files) as url:
        complete = taken(f"{url}/day", tmp_path)
    assert (complete / CUSTOMERS.file).read_bytes() == (given / CUSTOMERS.file).read_bytes()
    assert names(complete) == names(given) | {CONTACTS.file}


def test_the_home_folder_is_found_where_the_shell_did_not(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (given / CONTACTS.file).touch()
    monkeypatch.setenv("HOME", str(given.parent))
    assert taken("~/given", tmp_path) == given


@pytest.mark.parametrize("place", ["/nowhere/at/all", "~/absent", "gs://bucket/day", "s3://bucket/day"])
def test_a_source_that_is_not_there_is_named_as_it_was_given(place: str, tmp_path: Path) -> None:
    with pytest.raises(BadFileError) as caught:
        taken(place, tmp_path)
    assert str(caught.value).startswith(
        f"{place}: there is no such folder or file. SOURCE takes a folder, a zip"
    )


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("a,b\n")
    with pytest.raises(BadFileError, match=r"orders\.csv: this is neither a folder nor a zip file"):
        taken(tmp_path / "orders.csv", tmp_path)


def test_a_missing_file_is_said_to_be_missing_where_the_user_pointed(given: Path, tmp_path: Path) -> None:
    (given / "olist_orders_dataset.csv").unlink()
    with pytest.raises(BadFileError, match=rf"olist_orders_dataset.csv: the file is missing in {given}"):
        taken(given, tmp_path)


HEADER = ",".join(CUSTOMERS.header)
ROW = f"{'a' * 32},{'b' * 32},01310,sao paulo,SP"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"{HEADER}\n{ROW}\n".replace(",", ";").encode(), "row 0: values are separated by ';'"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "the file is UTF-16"),
        (
            f"{HEADER}\n{ROW.replace('sao', 'são')}\n".encode("cp1252"),
            "row 1, column customer_city: bytes that are not",
        ),
        (
            f"{HEADER}\n{ROW}\n{'c' * 32},{'d' * 32}\n".encode(),
            "row 2, column customer_zip_code_prefix: the row has 2",
        ),
        (
            HEADER.replace("unique", "uniq").encode() + b"\n",
            "column customer_unique_id: the header has another name",
        ),
        (gzip.compress(f"{HEADER}\n{ROW}\n".encode() * 50)[:-20], "the gzip file is cut off or damaged"),
        (b"", "the file is empty"),
    ],
    ids=["semicolons", "utf16", "cp1252", "short_row", "renamed", "cut_gzip", "empty"],
)
def test_customers_that_cannot_be_taken_in_are_refused_before_contacts_are_made(
    given: Path, tmp_path: Path, content: bytes, problem: str
) -> None:
    (given / CUSTOMERS.file).write_bytes(content)
    with pytest.raises(BadFileError) as caught:
        taken(given, tmp_path)
    assert f"{CUSTOMERS.file}" in str(caught.value)
    assert problem in str(caught.value)
    assert not (tmp_path / "data" / "with-contacts").exists()
