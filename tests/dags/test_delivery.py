"""Reading deliveries: plain and gzip, folders and URLs, in bounded chunks."""

from __future__ import annotations

import functools
import gzip
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from customer360.catalogue import source
from customer360.delivery import locate, read_chunks
from customer360.inspector import BadFileError
from customer360.storage import Bucket

SELLERS = source("sellers")
CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.sandbox
def test_a_file_in_a_bucket_reads_like_a_local_one(bucket: Bucket, run_id: str) -> None:
    place = f"gs://{bucket.name}/{run_id}"
    bucket.upload(f"{run_id}/{SELLERS.file}.gz", [gzip.compress(CONTENT)])

    url = locate(place, SELLERS)

    assert url == f"{place}/{SELLERS.file}.gz"
    assert b"".join(read_chunks(url, SELLERS.file, 100_000)) == CONTENT


@pytest.mark.sandbox
def test_a_file_that_is_missing_in_a_bucket_is_named(bucket: Bucket, run_id: str) -> None:
    with pytest.raises(BadFileError, match=rf"{SELLERS.file}: the file is missing in gs://"):
        locate(f"gs://{bucket.name}/{run_id}", SELLERS)


def test_a_plain_file_beside_a_compressed_one_of_its_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / SELLERS.file).write_bytes(b"plain")
    (tmp_path / f"{SELLERS.file}.gz").write_bytes(b"compressed")
    with pytest.raises(BadFileError, match=rf"holds this file and {SELLERS.file}.gz as well. Remove the one"):
        locate(str(tmp_path), SELLERS)


def test_a_missing_file_is_named_with_the_place_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match=rf"{SELLERS.file}: the file is missing in .*Put it there"):
        locate(str(tmp_path), SELLERS)


def test_chunks_of_a_compressed_file_are_full_but_for_the_last(tmp_path: Path) -> None:
    path = tmp_path / "data.gz"
    path.write_bytes(gzip.compress(CONTENT))
    chunks = list(read_chunks(str(path), "data", 100_000))
    assert [len(chunk) for chunk in chunks] == [100_000, 100_000, 56_000]
    assert b"".join(chunks) == CONTENT


@pytest.mark.parametrize("cut", [0.5, 0.999])
def test_a_cut_gzip_file_is_refused(tmp_path: Path, cut: float) -> None:
    path = tmp_path / "data.gz"
    whole = gzip.compress(CONTENT)
    path.write_bytes(whole[: int(len(whole) * cut)])
    with pytest.raises(BadFileError, match="cut off or damaged"):
        list(read_chunks(str(path), "data", 100_000))


def test_a_file_behind_a_web_address_reads_like_a_local_one(tmp_path: Path, web: str) -> None:
    (tmp_path / f"{SELLERS.file}.gz").write_bytes(gzip.compress(CONTENT))
    assert b"".join(read_chunks(locate(web, SELLERS), SELLERS.file, 100_000)) == CONTENT
