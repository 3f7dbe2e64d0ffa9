"""Cloud Storage: objects written once or in place of the one that was read, in resumable chunks, checked by crc32c.

The protocol is Cloud Storage's documented resumable upload. The client library repeats a chunk blindly
after a dropped connection; here the server is first asked how much it kept, so that no byte is stored twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, Self, cast

import requests
from google.api_core.exceptions import NotFound
from google.cloud import storage  # type: ignore[attr-defined]
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from customer360.errors import PermanentError
from customer360.fingerprint import Crc32c
from customer360.settings import CHUNK_BYTES, Settings

RETRIED_STATUS = (408, 429, 500, 502, 503, 504)
ATTEMPTS = 6
TIMEOUT_SECONDS = (10, 120)  # to connect, to answer
LONGEST_WAIT_SECONDS = 20.0
RESUME_INCOMPLETE = 308


class StorageError(RuntimeError):
    """Cloud Storage refused a request, or kept other bytes than were sent."""


class ObjectExistsError(StorageError):
    """The object is already there; objects are written once."""


class ForeignObjectError(PermanentError, StorageError):
    """The object is not the one that was sent: another file lies under its name."""


class _InterruptedError(StorageError):
    """A request got no usable answer and may be repeated."""


@dataclass(frozen=True)
class StoredObject:
    """An object as Cloud Storage reports it; `crc32c` is base64 of the big-endian value, `size` in bytes."""

    uri: str
    generation: str
    size: int
    crc32c: str


@dataclass(frozen=True)
class Generation:
    """One generation of an object; one that is not live is what an overwrite or a deletion left behind."""

    name: str
    number: str
    is_live: bool


def is_object(url: str) -> bool:
    """True for `gs://bucket/name`."""
    return url.startswith("gs://")


def exists(url: str) -> bool:
    """True when an object is there. Raises google.api_core's Forbidden where it may not be seen."""
    return bool(_blob(url).exists())


def open_object(url: str) -> IO[bytes]:
    """An object to read from, of which one chunk at a time is fetched and kept."""
    return cast(IO[bytes], _blob(url).open("rb", chunk_size=CHUNK_BYTES))


def _blob(url: str) -> storage.Blob:
    return storage.Blob.from_uri(url, client=storage.Client())


class Bucket:
    """One bucket, through the client that carries the credentials."""

    def __init__(self, client: storage.Client, name: str, chunk_bytes: int):
        self._client = client
        self.name = name
        self.chunk_bytes = chunk_bytes

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """The raw bucket, with the pod's own identity or without any where an emulator is named."""
        return cls(storage.Client(settings.project), settings.raw_bucket, CHUNK_BYTES)

    def upload(
        self,
        name: str,
        chunks: Iterable[bytes],
        on_sent: Callable[[int], None] = lambda _: None,
        generation: str = "0",
    ) -> StoredObject:
        """Create the object from chunks of `chunk_bytes` bytes, of which only the last may be shorter.

        With a `generation` it takes the place of that one. Raises ObjectExistsError when another is there, StorageError
        when it could not be stored whole, ValueError for a short chunk before the last. Nothing is created when it
        raises, or when `chunks` does.
        """
        session = _Session(self._client, self.name, name, generation)
        checksum = Crc32c()
        offset = 0
        try:
            for chunk, is_last in _mark_last(chunks, self.chunk_bytes):
                checksum.update(chunk)
                total = offset + len(chunk) if is_last else None
                session.send(offset, chunk, total, str(checksum))
                offset += len(chunk)
                on_sent(len(chunk))
        except BaseException:
            session.cancel()
            raise
        stored = session.result()
        if (stored.size, stored.crc32c) != (offset, str(checksum)):
            raise StorageError(
                f"{stored.uri}: the bucket kept other bytes than were sent; run the upload again"
            )
        return stored

    def create_json(self, name: str, document: dict[str, Any]) -> StoredObject:
        """Create a small JSON object. Raises ObjectExistsError when it is there."""
        return self.upload(name, [json.dumps(document, indent=2, sort_keys=True).encode()])

    def read_json(self, name: str) -> dict[str, Any]:
        """Read a small JSON object. Raises google.api_core's NotFound."""
        document: dict[str, Any] = json.loads(self._client.bucket(self.name).blob(name).download_as_bytes())
        return document

    def names(self, prefix: str) -> list[str]:
        """Names of the objects that start with `prefix`, in order."""
        return sorted(blob.name for blob in self._client.list_blobs(self.name, prefix=prefix))

    def describe(self, name: str) -> StoredObject | None:
        """The object's size and checksum, or None when there is none."""
        blob = self._client.bucket(self.name).get_blob(name)
        if blob is None:
            return None
        return StoredObject(f"gs://{self.name}/{name}", str(blob.generation), blob.size, blob.crc32c)

    def live(self, name: str) -> Generation | None:
        """The object's live generation, or None when there is none."""
        stored = self.describe(name)
        return Generation(name, stored.generation, True) if stored else None

    def generations(self, prefix: str) -> list[Generation]:
        """Every generation of every object whose name begins so, live or not."""
        found = self._client.list_blobs(self.name, prefix=prefix, versions=True)
        return [Generation(blob.name, str(blob.generation), blob.time_deleted is None) for blob in found]

    def read(self, generation: Generation) -> Iterator[bytes]:
        """The bytes of a generation, a chunk at a time. Raises google.api_core's NotFound."""
        with self._blob(generation).open("rb", chunk_size=self.chunk_bytes) as stream:
            while chunk := stream.read(self.chunk_bytes):
                yield chunk

    def replace(self, generation: Generation, chunks: Iterable[bytes]) -> StoredObject:
        """Put other bytes in the place of a live generation, of which nothing stays. Raises as `upload` does."""
        stored = self.upload(generation.name, chunks, generation=generation.number)
        self.delete(generation)
        return stored

    def replace_json(self, generation: Generation, document: dict[str, Any]) -> StoredObject:
        """The same for a small JSON object."""
        return self.replace(generation, [json.dumps(document, indent=2, sort_keys=True).encode()])

    def delete(self, generation: Generation) -> None:
        """Delete a generation for good, so that not even an old one of it stays; one that is gone is no error."""
        with suppress(NotFound):
            self._blob(generation).delete()

    def _blob(self, generation: Generation) -> storage.Blob:
        return self._client.bucket(self.name).blob(generation.name, generation=int(generation.number))


class _Session:
    """One resumable upload session: it knows how much the server has."""

    def __init__(self, client: storage.Client, bucket: str, name: str, generation: str):
        self._http = client._http  # the library has no public way to its authorised transport
        self.uri = f"gs://{bucket}/{name}"
        self._finished: StoredObject | None = None
        address = f"{client._connection.API_BASE_URL}/upload/storage/v1/b/{bucket}/o"
        self._url = self._start(address, name, generation)

    def send(self, start: int, chunk: bytes, total: int | None, crc32c: str) -> None:
        """Send one chunk that starts at byte `start`; `total` bytes in all when it is the last."""
        end = start + len(chunk)
        sent_to = start
        for attempt in _retrying():
            with attempt:
                if attempt.retry_state.attempt_number > 1:
                    sent_to = self._kept(end, total)
                    if not start <= sent_to <= end:
                        raise StorageError(
                            f"{self.uri}: the server lost the start of the upload; run it again"
                        )
                if self._finished is None and (sent_to < end or total is not None):
                    self._put(sent_to, chunk[sent_to - start :], total, crc32c)

    def result(self) -> StoredObject:
        """The object, once its last chunk was sent."""
        if self._finished is None:
            raise StorageError(f"{self.uri}: the server did not finish the upload; run it again")
        return self._finished

    def cancel(self) -> None:
        """Give the session up; nothing is created. It expires by itself where this request is lost."""
        try:
            self._http.request("DELETE", self._url, timeout=TIMEOUT_SECONDS)
        except requests.RequestException:
            return

    def _start(self, url: str, name: str, generation: str) -> str:
        query = {"uploadType": "resumable", "name": name, "ifGenerationMatch": generation}
        for attempt in _retrying():
            with attempt:
                response = self._request("POST", url, params=query, json={"contentType": "text/csv"})
        return str(response.headers["Location"])

    def _put(self, start: int, data: bytes, total: int | None, crc32c: str) -> None:
        size = "*" if total is None else str(total)
        span = f"{start}-{start + len(data) - 1}" if data else "*"
        headers = {"Content-Range": f"bytes {span}/{size}"}
        if total is not None:
            headers["x-goog-hash"] = f"crc32c={crc32c}"
        response = self._request("PUT", self._url, data=data, headers=headers)
        self._note(response)
        if response.status_code == RESUME_INCOMPLETE and _kept_bytes(response) < start + len(data):
            raise _InterruptedError(f"{self.uri}: the server kept part of a chunk")

    def _kept(self, end: int, total: int | None) -> int:
        """Ask how many bytes the server has; `end` when it has the whole object."""
        headers = {"Content-Range": f"bytes */{'*' if total is None else total}"}
        response = self._request("PUT", self._url, headers=headers)
        self._note(response)
        return _kept_bytes(response) if self._finished is None else end

    def _note(self, response: requests.Response) -> None:
        if response.status_code != RESUME_INCOMPLETE:
            found = response.json()
            self._finished = StoredObject(
                self.uri, str(found["generation"]), int(found["size"]), found["crc32c"]
            )

    def _request(self, method: str, url: str, **arguments: Any) -> requests.Response:
        try:
            response: requests.Response = self._http.request(
                method, url, timeout=TIMEOUT_SECONDS, **arguments
            )
        except requests.RequestException as error:
            raise _InterruptedError(
                f"{self.uri}: {type(error).__name__} while talking to Cloud Storage"
            ) from error
        if response.status_code in RETRIED_STATUS:
            raise _InterruptedError(f"{self.uri}: Cloud Storage answered {response.status_code}")
        if response.status_code == requests.codes.precondition_failed:
            raise ObjectExistsError(f"{self.uri} exists")
        if not (response.ok or response.status_code == RESUME_INCOMPLETE):
            raise StorageError(f"{self.uri}: Cloud Storage answered {response.status_code} {response.reason}")
        return response


def _retrying() -> Retrying:
    return Retrying(
        retry=retry_if_exception_type(_InterruptedError),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.2, max=LONGEST_WAIT_SECONDS),
        reraise=True,
    )


def _kept_bytes(response: requests.Response) -> int:
    """Bytes the server holds, by its Range header `bytes=0-N`; the header is absent when it holds none."""
    span = response.headers.get("Range", "")
    return int(span.rpartition("-")[2]) + 1 if span else 0


def _mark_last(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Full chunks as they come, then the short or empty one that ends the object: none is held back in memory."""
    iterator = iter(chunks)
    for chunk in iterator:
        if len(chunk) == size:
            yield chunk, False
        elif next(iterator, None) is None:
            yield chunk, True
            return
        else:
            raise ValueError(f"a chunk of {len(chunk)} bytes, not {size}, is not the last one")
    yield b"", True
