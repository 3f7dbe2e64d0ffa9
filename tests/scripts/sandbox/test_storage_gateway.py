"""The storage gateway keeps to Cloud Storage's resumable upload protocol in front of the real emulator."""

from __future__ import annotations

import http.client
import io
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from google.api_core.exceptions import NotFound, PreconditionFailed
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage  # type: ignore[attr-defined]

from customer360.fingerprint import Crc32c
from scripts.sandbox import Sandbox
from scripts.sandbox.lifecycle import BUCKET, PROJECT

pytestmark = pytest.mark.sandbox

QUANTUM = 256 * 1024
CHUNK = 4 * QUANTUM
DATA = os.urandom(2 * CHUNK + 1000)


def crc32c(data: bytes) -> str:
    checksum = Crc32c()
    checksum.update(data)
    return str(checksum)


@pytest.fixture
def uploads(sandbox: Sandbox) -> str:
    return f"{sandbox.storage_url}/upload/storage/v1/b/{BUCKET}/o"


@pytest.fixture
def client(sandbox: Sandbox) -> storage.Client:
    address = {"api_endpoint": sandbox.storage_url}
    return storage.Client(project=PROJECT, credentials=AnonymousCredentials(), client_options=address)  # type: ignore[no-untyped-call]


@pytest.fixture
def session(uploads: str, run_id: str) -> str:
    return begin(uploads, run_id)


def begin(uploads: str, name: str, **metadata: str) -> str:
    query = {"uploadType": "resumable", "name": name, "ifGenerationMatch": "0"}
    answer = requests.post(uploads, params=query, json={"contentType": "text/csv", **metadata}, timeout=5)
    answer.raise_for_status()
    return answer.headers["Location"]


def put(
    url: str, start: int, end: int, total: int | str = "*", headers: dict[str, str] | None = None
) -> requests.Response:
    """Send DATA[start:end]."""
    span = {"Content-Range": f"bytes {start}-{end - 1}/{total}"}
    return requests.put(url, data=DATA[start:end], headers={**span, **(headers or {})}, timeout=10)


def ask(url: str, total: int | str = "*") -> requests.Response:
    return requests.put(url, headers={"Content-Range": f"bytes */{total}"}, timeout=10)


def kept(response: requests.Response) -> tuple[int, str | None]:
    return response.status_code, response.headers.get("Range")


def stored(client: storage.Client, name: str) -> bytes | None:
    blob = client.bucket(BUCKET).get_blob(name)
    return None if blob is None else bytes(blob.download_as_bytes())


def test_chunks_become_one_object_with_its_content_type(
    session: str, client: storage.Client, run_id: str
) -> None:
    assert kept(put(session, 0, CHUNK)) == (308, f"bytes=0-{CHUNK - 1}")
    assert kept(put(session, CHUNK, 2 * CHUNK)) == (308, f"bytes=0-{2 * CHUNK - 1}")
    found = put(session, 2 * CHUNK, len(DATA), len(DATA)).json()
    assert (found["size"], found["crc32c"], found["contentType"]) == (
        str(len(DATA)),
        crc32c(DATA),
        "text/csv",
    )
    assert stored(client, run_id) == DATA


def test_the_client_library_uploads_in_chunks(client: storage.Client, run_id: str) -> None:
    blob = client.bucket(BUCKET).blob(run_id, chunk_size=CHUNK)
    blob.upload_from_file(io.BytesIO(DATA), content_type="text/csv", if_generation_match=0, checksum="crc32c")
    assert (blob.size, blob.crc32c, blob.content_type) == (len(DATA), crc32c(DATA), "text/csv")
    with pytest.raises(PreconditionFailed):
        blob.upload_from_file(io.BytesIO(DATA), if_generation_match=0)


def test_the_client_library_survives_a_503(client: storage.Client, run_id: str, storage_fault: str) -> None:
    requests.post(storage_fault, json={"mode": "503", "times": 1}, timeout=5)
    blob = client.bucket(BUCKET).blob(run_id, chunk_size=CHUNK)
    blob.upload_from_file(io.BytesIO(DATA), if_generation_match=0)
    assert blob.crc32c == crc32c(DATA)


def test_a_whole_object_can_come_in_one_put_without_a_range(
    session: str, client: storage.Client, run_id: str
) -> None:
    assert requests.put(session, data=DATA, timeout=10).status_code == 200
    assert stored(client, run_id) == DATA


def test_a_status_query_shows_what_is_kept_and_finishes_nothing(
    session: str, client: storage.Client, run_id: str
) -> None:
    assert kept(ask(session)) == (308, None)
    put(session, 0, CHUNK)
    assert kept(ask(session)) == kept(ask(session, len(DATA))) == (308, f"bytes=0-{CHUNK - 1}")
    assert stored(client, run_id) is None


def test_an_empty_last_request_finishes_and_later_ones_answer_the_object_again(session: str) -> None:
    put(session, 0, CHUNK)
    first = ask(session, CHUNK)
    assert first.json()["size"] == str(CHUNK)
    assert put(session, 0, CHUNK, CHUNK).json() == ask(session).json() == first.json()


def test_a_connection_stays_usable_after_a_body_that_was_not_wanted(session: str, storage_fault: str) -> None:
    requests.post(storage_fault, json={"mode": "503", "times": 1}, timeout=5)
    url = urlsplit(session)
    with closing(http.client.HTTPConnection(url.netloc, timeout=5)) as connection:
        answers = []
        for _ in range(2):
            span = {"Content-Range": f"bytes 0-{CHUNK - 1}/*"}
            connection.request("PUT", f"{url.path}?{url.query}", DATA[:CHUNK], span)
            response = connection.getresponse()
            response.read()
            answers.append(response.status)
    assert answers == [503, 308]


def test_a_status_query_waits_for_the_chunk_that_is_still_arriving(session: str) -> None:
    url = urlsplit(session)
    head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {CHUNK}\r\n"
    with socket.create_connection((url.hostname, url.port or 80), timeout=5) as sender:
        sender.sendall(f"{head}Content-Range: bytes 0-{CHUNK - 1}/*\r\n\r\n".encode() + DATA[:QUANTUM])
        assert eventually(lambda: waits(session))
    assert kept(ask(session)) == (308, f"bytes=0-{QUANTUM - 1}")


def waits(session: str) -> bool:
    try:
        requests.put(session, headers={"Content-Range": "bytes */*"}, timeout=0.2)
    except requests.ReadTimeout:
        return True
    return False


def eventually(holds: Callable[[], bool]) -> bool:
    """On a busy machine a request can overtake the one before it, which has a thread of its own."""
    deadline = time.monotonic() + 5
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_an_empty_object_can_be_stored(session: str) -> None:
    assert ask(session, 0).json()["size"] == "0"


@pytest.mark.parametrize(
    ("after_bytes", "whole"), [(QUANTUM - 1, 0), (QUANTUM, 1), (2 * QUANTUM + 17, 2), (CHUNK, 4)]
)
def test_a_dropped_connection_keeps_whole_multiples_and_the_upload_resumes(
    session: str, storage_fault: str, after_bytes: int, whole: int
) -> None:
    order = {"mode": "drop_mid_chunk", "times": 1, "after_bytes": after_bytes}
    requests.post(storage_fault, json=order, timeout=5)
    with pytest.raises(requests.ConnectionError):
        put(session, 0, CHUNK)
    assert kept(ask(session)) == (308, f"bytes=0-{whole * QUANTUM - 1}" if whole else None)
    assert put(session, whole * QUANTUM, len(DATA), len(DATA)).json()["crc32c"] == crc32c(DATA)


def test_a_client_that_goes_away_within_a_chunk_finds_its_whole_multiples(session: str) -> None:
    def breaks() -> Iterator[bytes]:
        yield DATA[: 3 * QUANTUM + 5]
        raise InterruptedError

    with pytest.raises(requests.ConnectionError):
        requests.put(session, data=breaks(), headers={"Content-Range": f"bytes 0-{CHUNK - 1}/*"}, timeout=5)
    assert eventually(lambda: kept(ask(session)) == (308, f"bytes=0-{3 * QUANTUM - 1}"))


def test_a_chunk_whose_answer_was_lost_is_not_stored_twice(session: str, storage_fault: str) -> None:
    requests.post(storage_fault, json={"mode": "drop_answer", "times": 1}, timeout=5)
    with pytest.raises(requests.ConnectionError):
        put(session, 0, CHUNK)
    assert kept(put(session, 0, CHUNK)) == (308, f"bytes=0-{CHUNK - 1}")
    assert put(session, 3 * QUANTUM, len(DATA), len(DATA)).json()["crc32c"] == crc32c(DATA)


def test_a_503_reaches_the_client_and_spares_status_queries(session: str, storage_fault: str) -> None:
    requests.post(storage_fault, json={"mode": "503", "times": 1}, timeout=5)
    assert kept(ask(session)) == (308, None)
    assert put(session, 0, CHUNK).status_code == 503
    assert put(session, 0, CHUNK).status_code == 308


def test_a_slow_answer_comes_late_but_right(session: str, storage_fault: str) -> None:
    requests.post(storage_fault, json={"mode": "slow", "times": 1}, timeout=5)
    with pytest.raises(requests.ReadTimeout):
        requests.put(
            session, data=DATA[:CHUNK], headers={"Content-Range": f"bytes 0-{CHUNK - 1}/*"}, timeout=0.3
        )
    assert kept(ask(session)) == (308, f"bytes=0-{CHUNK - 1}")


@pytest.mark.parametrize(
    ("start", "end", "total", "status"),
    [
        pytest.param(CHUNK, 2 * CHUNK, "*", 503, id="gap"),
        pytest.param(0, QUANTUM + 1, "*", 400, id="odd size"),
        pytest.param(0, QUANTUM + 1, len(DATA), 400, id="odd size of a known total"),
        pytest.param(0, CHUNK, QUANTUM, 400, id="beyond the total"),
    ],
)
def test_a_wrong_chunk_is_refused_and_the_session_lives_on(
    session: str, start: int, end: int, total: int | str, status: int
) -> None:
    assert put(session, start, end, total).status_code == status
    assert put(session, 0, len(DATA), len(DATA)).json()["crc32c"] == crc32c(DATA)


@pytest.mark.parametrize("content_range", ["bytes 0-9/10", "items 0-1/2", f"bytes */{CHUNK}"])
def test_a_range_that_does_not_fit_the_body_is_refused(session: str, content_range: str) -> None:
    answer = requests.put(session, data=DATA[:CHUNK], headers={"Content-Range": content_range}, timeout=5)
    assert answer.status_code == 400


def test_a_total_may_not_change(session: str) -> None:
    put(session, 0, CHUNK, len(DATA))
    assert put(session, CHUNK, 2 * CHUNK, 2 * CHUNK).status_code == 400


def test_a_cancelled_or_unknown_session_is_not_found(
    session: str, uploads: str, client: storage.Client, run_id: str
) -> None:
    put(session, 0, CHUNK)
    assert requests.delete(session, timeout=5).status_code == 499
    assert ask(session).status_code == 404
    assert stored(client, run_id) is None
    assert ask(f"{uploads}?uploadType=resumable&upload_id=none").status_code == 404


def test_an_existing_object_is_refused_at_the_start(uploads: str, session: str, run_id: str) -> None:
    put(session, 0, len(DATA), len(DATA))
    with pytest.raises(requests.HTTPError, match="412"):
        begin(uploads, run_id)


def test_an_object_created_meanwhile_is_refused_at_the_end_and_stays(
    uploads: str, client: storage.Client, run_id: str
) -> None:
    late, first = begin(uploads, run_id), begin(uploads, run_id)
    put(first, 0, CHUNK, CHUNK)
    assert put(late, 0, len(DATA), len(DATA)).status_code == 412
    assert ask(late).status_code == 412
    assert stored(client, run_id) == DATA[:CHUNK]


def test_a_bucket_that_is_missing_is_not_found(uploads: str) -> None:
    with pytest.raises(requests.HTTPError, match="404"):
        begin(uploads.replace(BUCKET, "no-such-bucket"), "a")


@pytest.mark.parametrize("where", ["header", "metadata"])
def test_a_wrong_checksum_stores_nothing(
    uploads: str, client: storage.Client, run_id: str, where: str
) -> None:
    wrong = crc32c(b"other bytes")
    url = begin(uploads, run_id, **({"crc32c": wrong} if where == "metadata" else {}))
    headers = {"x-goog-hash": f"crc32c={wrong}"} if where == "header" else {}
    assert put(url, 0, len(DATA), len(DATA), headers).status_code == 400
    assert ask(url).status_code == 400
    assert stored(client, run_id) is None


@pytest.mark.parametrize(
    "header", [f"crc32c={crc32c(DATA)}", f"md5=AAAA, crc32c={crc32c(DATA)}"], ids=["alone", "after another"]
)
def test_a_right_checksum_is_accepted(session: str, header: str) -> None:
    assert put(session, 0, len(DATA), len(DATA), {"x-goog-hash": header}).status_code == 200


def test_sessions_do_not_mix(uploads: str, client: storage.Client, run_id: str) -> None:
    pieces = {f"{run_id}-{number}": DATA[number:] for number in range(4)}

    def send(name: str, data: bytes) -> None:
        url = begin(uploads, name)
        for start in range(0, len(data), QUANTUM):
            end = min(start + QUANTUM, len(data))
            span = f"bytes {start}-{end - 1}/{len(data)}"
            requests.put(url, data=data[start:end], headers={"Content-Range": span}, timeout=10)

    threads = [threading.Thread(target=send, args=item) for item in pieces.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: stored(client, name) for name in pieces} == pieces


def test_media_uploads_and_reads_pass_through(
    sandbox: Sandbox, uploads: str, client: storage.Client, run_id: str
) -> None:
    command = ["curl", "-sS", "-X", "POST", "-T", "-", f"{uploads}?uploadType=media&name={run_id}/a%20b"]
    sent = subprocess.run(command, input=DATA, capture_output=True, check=True)
    assert f"{sandbox.storage_url}/".encode() in sent.stdout
    assert [blob.name for blob in client.list_blobs(BUCKET, prefix=f"{run_id}/")] == [f"{run_id}/a b"]
    blob = client.bucket(BUCKET).blob(f"{run_id}/a b")
    assert blob.download_as_bytes(start=10, end=19) == DATA[10:20]
    assert blob.download_as_bytes() == DATA


def test_multipart_uploads_and_deletes_pass_through(client: storage.Client, run_id: str) -> None:
    blob = client.bucket(BUCKET).blob(run_id)
    blob.upload_from_string("text", if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        blob.upload_from_string("text", if_generation_match=0)
    blob.delete()
    assert stored(client, run_id) is None


def test_a_refusal_of_the_emulator_reaches_a_client_that_is_still_sending(uploads: str) -> None:
    url = uploads.replace(BUCKET, "no-such-bucket") + "?uploadType=media&name=a"
    assert requests.post(url, data=DATA * 8, timeout=10).status_code == 404


def test_a_missing_object_is_called_so(client: storage.Client, run_id: str) -> None:
    with pytest.raises(NotFound, match=f"No such object: {BUCKET}/logs/{run_id}"):
        client.bucket(BUCKET).blob(f"logs/{run_id}").download_as_bytes()


def test_an_unknown_fault_is_refused(storage_fault: str) -> None:
    assert requests.post(storage_fault, json={"mode": "no"}, timeout=5).status_code == 422


def test_the_gateway_holds_no_object_in_memory(sandbox: Sandbox, uploads: str, run_id: str) -> None:
    size = 64 * 1024 * 1024
    url = begin(uploads, run_id)
    sent = requests.put(url, data=bytes(size), timeout=30)
    read = requests.get(f"{sandbox.storage_url}/{BUCKET}/{run_id}", timeout=30)
    assert (sent.json()["size"], len(read.content)) == (str(size), size)
    assert sandbox.rss_mb()["storage"] < 60
