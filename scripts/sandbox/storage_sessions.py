"""One resumable upload session, by the rules of Cloud Storage's "Resumable uploads" documentation.

A session's bytes go on while they arrive, in one open multipart request to the emulator, which honours the
conditions on generations. Of a chunk that breaks off, whole multiples of 256 KiB are kept.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from customer360.fingerprint import Crc32c

QUANTUM = 256 * 1024
CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
CRC32C = re.compile(r"crc32c=([^,\s]+)")


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """Ends a request with a status."""

    def __init__(self, status: int, message: str):
        self.status, self.message = status, message
        super().__init__(message)


@dataclass(frozen=True)
class Span:
    """Where a request's bytes belong: `start` up to, not including, `end`. A request without bytes has no start."""

    start: int | None
    end: int
    total: int | None

    @property
    def size(self) -> int:
        return 0 if self.start is None else self.end - self.start


def parse_span(content_range: str | None, length: int | None) -> Span:
    """The span of a request with `length` bytes, None where a chunked body leaves that open. Raises Refused."""
    if content_range is None:
        if length is None:
            raise Refused(400, "Content-Range or Content-Length is needed")
        return Span(0, length, length)
    match = CONTENT_RANGE.fullmatch(content_range)
    if match is None:
        raise Refused(400, "Content-Range is malformed")
    first, last, size = match.groups()
    total = None if size == "*" else int(size)
    span = Span(None, 0, total) if first is None else Span(int(first), int(last) + 1, total)
    if length not in (None, span.size) or (first is not None and span.size < 1):
        raise Refused(400, "Content-Range and the body's size differ")
    return span


class Session:
    """What has arrived of one object, and the open request to the emulator. Hold `lock` while using it."""

    def __init__(self, emulator: str, path: str, query: Mapping[str, str], metadata: dict[str, Any]):
        self.lock = threading.Lock()
        self.persisted = 0
        self.total: int | None = None
        self.answer = b""
        self._failure: Refused | None = None
        self._declared = str(metadata.get("crc32c", ""))
        self._checksum = Crc32c()
        self._boundary = secrets.token_hex(16)
        self._emulator = http.client.HTTPConnection(emulator)
        self._open(f"{path}?{urlencode({**query, 'uploadType': 'multipart'})}", metadata)

    def receive(self, span: Span, read: Callable[[int], bytes]) -> None:
        """Keep the new bytes of a request; those that are here already are passed over. Raises Refused."""
        self.check()
        self._check_span(span)
        self.total = self.total if span.total is None else span.total
        position = self.persisted if span.start is None else span.start
        while position < span.end:
            wanted = min(QUANTUM - position % QUANTUM, span.end - position)
            data = read(wanted)
            if len(data) < wanted:
                raise Refused(400, "the body is shorter than its Content-Range")
            position += wanted
            if position > self.persisted:  # both end on whole multiples, so a block is all new or all known
                self._append(data)

    def finish_when_whole(self, hashes: str) -> None:
        """Create the object once all its bytes are here. Raises Refused for a wrong crc32c or an unmet condition."""
        if match := CRC32C.search(hashes):
            self._declared = match[1]
        if self.persisted != self.total:
            return
        if self._declared not in ("", str(self._checksum)):
            raise self._fail(400, f"the crc32c is {self._checksum}, not {self._declared}")
        self._send(f"\r\n--{self._boundary}--\r\n".encode())
        try:
            self._emulator.send(b"0\r\n\r\n")
            response = self._emulator.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise self._lost() from error
        if response.status != http.client.OK:
            raise self._fail(response.status, f"the emulator refused the object: {response.reason}")
        self.answer = body
        self.close()

    def check(self) -> None:
        """Raises the Refused that ended the session, if one did."""
        if self._failure:
            raise self._failure

    def close(self) -> None:
        """Let the emulator go; it forgets an object that is not whole."""
        self._emulator.close()

    def _check_span(self, span: Span) -> None:
        start, known = span.start or 0, span.total
        if known is not None and (self.total not in (None, known) or max(span.end, self.persisted) > known):
            raise Refused(400, "the object's size does not fit what was sent before")
        if start > self.persisted:
            raise Refused(503, f"the upload offset is {start}, which exceeds the {self.persisted} bytes kept")
        if span.end != known and span.size % QUANTUM:
            raise Refused(400, f"a chunk before the last one is a multiple of {QUANTUM} bytes")

    def _open(self, target: str, metadata: dict[str, Any]) -> None:
        self._emulator.putrequest("POST", target)
        self._emulator.putheader("Content-Type", f"multipart/related; boundary={self._boundary}")
        self._emulator.putheader("Transfer-Encoding", "chunked")
        self._emulator.endheaders()
        self._send_part_head("application/json")
        self._send(json.dumps(metadata).encode() + b"\r\n")
        # The emulator takes the object's type from its part, not from the metadata.
        self._send_part_head(metadata.get("contentType") or "application/octet-stream")

    def _send_part_head(self, content_type: str) -> None:
        self._send(f"--{self._boundary}\r\nContent-Type: {content_type}\r\n\r\n".encode())

    def _append(self, data: bytes) -> None:
        self._send(data)
        self._checksum.update(data)
        self.persisted += len(data)

    def _send(self, data: bytes) -> None:
        """Send one piece of the chunked body."""
        try:
            self._emulator.send(b"%x\r\n%b\r\n" % (len(data), data))
        except OSError as error:
            raise self._lost() from error

    def _lost(self) -> Refused:
        return self._fail(410, "the emulator dropped the upload; start a new one")

    def _fail(self, status: int, message: str) -> Refused:
        self._failure = Refused(status, message)
        self.close()
        return self._failure
