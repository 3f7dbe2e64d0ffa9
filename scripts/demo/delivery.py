"""The files that a run from here takes in: the given ones, else generated ones, written while other things start."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path, PurePosixPath

from customer360 import catalogue
from customer360.delivery import find, locate, read_chunks
from customer360.inspector import BadFileError, CsvInspector
from scripts.generate import generate
from scripts.generate.contacts import write_contacts

CHUNK_BYTES = 1024 * 1024
TAKEN = "SOURCE takes a folder, a zip file or an https:// URL of a folder that holds the nine Olist files."
CONTACTS, CUSTOMERS = catalogue.source("customer_pii"), catalogue.source("customers")


@contextmanager
def delivered(source: str, orders: int, seed: int, data: Path) -> Iterator[Callable[[], Path]]:
    """Within the block, a function that waits for the folder of files; generated ones lie under `data`.

    `source`: a folder, a zip file or a URL; empty for generated files. The function raises BadFileError when a file
    is missing there, or when the customers are no file to make contacts for.
    """
    if source:
        yield lambda: _with_contacts(source, seed, data)
        return
    directory = data / f"orders-{orders}-seed-{seed}"
    # A process of its own: its memory is not the steps', and it works while the emulators start.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        written = pool.submit(generate, directory, orders, seed)

        def wait() -> Path:
            written.result()
            pool.shutdown()
            return directory

        yield wait


def _with_contacts(source: str, seed: int, data: Path) -> Path:
    """The given folder, or a folder of links to its files beside generated contacts when it has none."""
    folder = _folder(source, data / "given")
    for entry in catalogue.files_delivered():
        if entry != CONTACTS and not find(str(folder), entry):
            raise BadFileError(entry.file, f"the file is missing in {source}", TAKEN)
    if find(str(folder), CONTACTS):
        return folder
    _inspect(str(folder), CUSTOMERS)
    complete = _emptied(data / "with-contacts")
    for entry in catalogue.sources():
        if url := find(str(folder), entry):
            path = Path(url.removeprefix("file://"))
            (complete / path.name).symlink_to(path.resolve())
    write_contacts(Path(locate(str(complete), CUSTOMERS).removeprefix("file://")), complete, seed)
    return complete


def _folder(source: str, copy: Path) -> Path:
    """The given folder itself; what is in a zip file or behind a URL is copied. Raises BadFileError."""
    if source.startswith(("http://", "https://")):
        return _downloaded(source, _emptied(copy))
    place = Path(source).expanduser()
    if place.is_dir():
        return place
    if zipfile.is_zipfile(place):
        return _unpacked(place, _emptied(copy))
    problem = (
        "this is neither a folder nor a zip file" if place.exists() else "there is no such folder or file"
    )
    raise BadFileError(source, problem, TAKEN)


def _downloaded(url: str, copy: Path) -> Path:
    for entry in catalogue.sources():
        if found := find(url, entry):
            with (copy / entry.file).open("wb") as file:
                file.writelines(read_chunks(found, entry.file, CHUNK_BYTES))
    return copy


def _unpacked(archive: Path, copy: Path) -> Path:
    """The known files of an archive, in whichever folder of it they lie. Raises BadFileError for two of one name."""
    known = {f"{entry.file}{end}" for entry in catalogue.sources() for end in ("", ".gz")}
    with zipfile.ZipFile(archive) as opened:
        for member in opened.namelist():
            name = PurePosixPath(member).name
            if name not in known:
                continue
            if (copy / name).exists():
                raise BadFileError(name, f"{archive} holds two files of this name", "Leave one of them.")
            with opened.open(member) as source, (copy / name).open("wb") as target:
                shutil.copyfileobj(source, target)
    return copy


def _inspect(base: str, entry: catalogue.Source) -> None:
    """Raise BadFileError where an upload of the file would."""
    inspector = CsvInspector(entry.file, entry.header)
    for chunk in read_chunks(locate(base, entry), entry.file, CHUNK_BYTES):
        inspector.feed(chunk)
    inspector.finish()


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
