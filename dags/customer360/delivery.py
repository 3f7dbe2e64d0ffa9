"""Where a delivered file is read from: a folder, a bucket or any fsspec URL, plain or gzip, never whole in memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO, cast

import fsspec

from customer360 import storage
from customer360.catalogue import Source
from customer360.inspector import BadFileError

GZIP_MAGIC = b"\x1f\x8b"
REDELIVER = "Deliver the file again."


def find(base: str, source: Source) -> str | None:
    """URL of a source's file under `base`, plain or with `.gz`; None when there is neither.

    Raises BadFileError when both are there, because one of them may be an older delivery.
    """
    names = (source.file, f"{source.file}.gz")
    found = [url for name in names if (url := _found(f"{base.rstrip('/')}/{name}"))]
    if len(found) > 1:
        problem = f"{base} holds this file and {source.file}.gz as well"
        raise BadFileError(source.file, problem, "Remove the one that is not meant.")
    return found[0] if found else None


def locate(base: str, source: Source) -> str:
    """URL of a source's file under `base`, plain or with `.gz`. Raises BadFileError when there is neither, or both."""
    if url := find(base, source):
        return url
    remedy = f"Put it there (or {source.file}.gz), or point the run to the folder that holds it."
    raise BadFileError(source.file, f"the file is missing in {base}", remedy)


def read_chunks(url: str, file: str, size: int) -> Iterator[bytes]:
    """The file's bytes, decompressed, in chunks of `size` bytes; only the last is shorter.

    Raises BadFileError when a gzip file is cut off or damaged.
    """
    with _open(url) as raw:
        stream = _decompressed(raw)
        try:
            while chunk := _read_full(stream, size):
                yield chunk
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise BadFileError(file, "the gzip file is cut off or damaged", REDELIVER) from None


# fsspec's way to Cloud Storage asks for packages that dbt's do not get along with.


def _found(url: str) -> str | None:
    if storage.is_object(url):
        return url if storage.exists(url) else None
    filesystem, path = fsspec.core.url_to_fs(url)
    return cast(str, filesystem.unstrip_protocol(path)) if filesystem.exists(path) else None


def _open(url: str) -> AbstractContextManager[IO[bytes]]:
    opened = storage.open_object(url) if storage.is_object(url) else fsspec.open(url, "rb")
    return cast(AbstractContextManager[IO[bytes]], opened)


class _Rejoined:
    """A stream after its first bytes were read. An HTTP stream without a Content-Length cannot seek back to them."""

    def __init__(self, start: bytes, rest: IO[bytes]):
        self._start, self._rest = start, rest

    def read(self, size: int) -> bytes:
        if not self._start:
            return self._rest.read(size)
        found, self._start = self._start[:size], self._start[size:]
        return found


def _decompressed(raw: IO[bytes]) -> IO[bytes]:
    start = raw.read(len(GZIP_MAGIC))
    stream = cast(IO[bytes], _Rejoined(start, raw))
    return cast(IO[bytes], gzip.GzipFile(fileobj=stream)) if start == GZIP_MAGIC else stream


def _read_full(stream: IO[bytes], size: int) -> bytes:
    """Read until `size` bytes are there or the stream ends: compressed and remote streams answer short."""
    first = stream.read(size)
    if len(first) == size or not first:
        return first
    parts, missing = [first], size - len(first)
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
