"""A front for fake-gcs-server that speaks Cloud Storage's resumable upload protocol as documented.

The emulator finalises an object when it is asked for an upload's status, appends a chunk that is sent twice, ignores
ifGenerationMatch and hashes everything again with each chunk. Here a session's bytes go on in one multipart upload,
which the emulator does well, while this process keeps the offsets. Every other request passes through untouched.

POST /_fault {"mode": ..., "times": n, "after_bytes": k} makes the next n chunks fail, for tests; see FAULTS.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from customer360.fingerprint import Crc32c

QUANTUM = 256 * 1024  # Cloud Storage keeps an interrupted chunk in multiples of this
BLOCK = 1024 * 1024
RESUME_INCOMPLETE, PRECONDITION_FAILED, CLIENT_CLOSED = 308, 412, 499
UPLOAD_PATH = re.compile(r"^/(?:resumable/)?upload/storage/v1/b/([^/]+)/o$")
CONTENT_RANGE = re.compile(r"^bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)$")
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "te", "upgrade"}
FAULTS = ("drop_mid_chunk", "drop_answer", "503")


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """Ends a request with a status."""

    def __init__(self, status: int, message: str):
        self.status, self.message = status, message
        super().__init__(message)


class Dropped(Exception):  # noqa: N818 - the client's fault or a planted one
    """The connection ends without an answer."""


@dataclass
class Session:
    """One resumable upload: what has arrived, and the open request to the emulator."""

    upstream: http.client.HTTPConnection
    boundary: str
    checksum: Crc32c = field(default_factory=Crc32c)
    persisted: int = 0
    answer: bytes = b""

    def forward(self, data: bytes) -> None:
        """Pass bytes on to the emulator, as one piece of a chunked body."""
        self.upstream.send(b"%x\r\n%b\r\n" % (len(data), data))

    def append(self, data: bytes) -> None:
        """Keep the object's next bytes."""
        self.forward(data)
        self.checksum.update(data)
        self.persisted += len(data)

    def finish(self, declared: str) -> bytes:
        """Close the upload; the object's JSON. Raises Refused for a wrong checksum or an existing object."""
        if declared and f"crc32c={self.checksum}" not in declared:
            self.upstream.close()
            raise Refused(400, "the checksum does not match")
        self.forward(f"\r\n--{self.boundary}--\r\n".encode())
        self.upstream.send(b"0\r\n\r\n")
        response = self.upstream.getresponse()
        body = response.read()
        self.upstream.close()
        if response.status != http.client.OK:
            raise Refused(response.status, "the emulator refused the object")
        self.answer = body
        return body


class Gateway(ThreadingHTTPServer):
    """The server: its sessions, and the faults still to come."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, upstream: str):
        super().__init__((host, port), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.sessions: dict[str, Session] = {}
        self.faults: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    server: Gateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = BLOCK

    def handle_any(self) -> None:
        """Answer one request."""
        try:
            self._route()
        except Refused as refusal:
            self.close_connection = True
            self._send(refusal.status, json.dumps({"error": {"message": refusal.message}}).encode())
        except (Dropped, ConnectionError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any  # noqa: N815 - http.server's names

    def _route(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if url.path == "/_gateway/healthz":
            self._send(200, b"{}")
        elif url.path == "/_fault":
            self._set_faults()
        elif (place := UPLOAD_PATH.match(url.path)) and query.get("uploadType") == "resumable":
            self._resumable(place[1], query)
        else:
            self._pass_through()

    def _resumable(self, bucket: str, query: dict[str, str]) -> None:
        if self.command == "POST":
            return self._begin(bucket, query)
        session = self.server.sessions.get(query.get("upload_id", ""))
        if session is None:
            raise Refused(404, "no such upload")
        if self.command == "DELETE":
            session.upstream.close()
            del self.server.sessions[query["upload_id"]]
            return self._send(CLIENT_CLOSED, b"")
        return self._continue(session)

    def _begin(self, bucket: str, query: dict[str, str]) -> None:
        metadata = self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"
        name = query.get("name") or json.loads(metadata)["name"]
        only_new = query.get("ifGenerationMatch") == "0"
        if only_new and self._exists(bucket, name):
            raise Refused(PRECONDITION_FAILED, "the object exists")
        session = self._open(bucket, name, metadata, only_new)
        upload_id = secrets.token_hex(16)
        self.server.sessions[upload_id] = session
        host = self.headers["Host"]
        location = f"http://{host}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={upload_id}"
        self._send(200, b"", {"Location": location, "X-GUploader-UploadID": upload_id})

    def _open(self, bucket: str, name: str, metadata: bytes, only_new: bool) -> Session:
        boundary = secrets.token_hex(16)
        condition = "&ifGenerationMatch=0" if only_new else ""
        upstream = http.client.HTTPConnection(self.server.upstream, blocksize=BLOCK)
        upstream.putrequest(
            "POST",
            f"/upload/storage/v1/b/{bucket}/o?uploadType=multipart&name={quote(name, safe='')}{condition}",
        )
        upstream.putheader("Content-Type", f"multipart/related; boundary={boundary}")
        upstream.putheader("Transfer-Encoding", "chunked")
        upstream.endheaders()
        session = Session(upstream, boundary)
        document = json.loads(metadata) | {"name": name}
        head = f"--{boundary}\r\nContent-Type: application/json\r\n\r\n{json.dumps(document)}\r\n--{boundary}\r\n"
        session.forward(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode())
        return session

    def _continue(self, session: Session) -> None:
        fault = self.server.faults.pop(0) if self.server.faults else {"mode": ""}
        if fault["mode"] == "503":
            raise Refused(503, "planted fault")
        span = CONTENT_RANGE.match(self.headers.get("Content-Range", ""))
        if span is None:
            raise Refused(400, "Content-Range is missing or wrong")
        if session.answer:
            return self._send(200, session.answer)
        total = None if span[3] == "*" else int(span[3])
        if span[1] is not None:
            self._receive(session, int(span[1]), int(span[2]) + 1, fault)
        if total is not None and session.persisted == total:
            session.finish(self.headers.get("x-goog-hash", ""))
        if fault["mode"] == "drop_answer":
            raise Dropped
        if session.answer:
            return self._send(200, session.answer)
        kept = {"Range": f"bytes=0-{session.persisted - 1}"} if session.persisted else {}
        return self._send(RESUME_INCOMPLETE, b"", kept)

    def _receive(self, session: Session, start: int, end: int, fault: dict[str, Any]) -> None:
        """Keep a chunk's new bytes; bytes that are here already are passed over."""
        if start > session.persisted:
            raise Refused(400, "the chunk leaves a gap")
        position, limit = start, end
        if fault["mode"] == "drop_mid_chunk":
            limit = min(end, start + int(fault.get("after_bytes", 0)))
        while position < limit:
            data = self.rfile.read(min(QUANTUM, limit - position))
            position += len(data)
            is_cut = len(data) < min(QUANTUM, end - (position - len(data)))
            if is_cut:  # the connection broke within a quantum
                raise Dropped
            fresh = position - session.persisted
            if fresh > 0:
                session.append(data[-fresh:])
        if limit < end:
            raise Dropped

    def _exists(self, bucket: str, name: str) -> bool:
        upstream = http.client.HTTPConnection(self.server.upstream)
        upstream.request("GET", f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}")
        found = upstream.getresponse().status == http.client.OK
        upstream.close()
        return found

    def _pass_through(self) -> None:
        upstream = http.client.HTTPConnection(self.server.upstream, blocksize=BLOCK)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        is_chunked = "chunked" in self.headers.get("Transfer-Encoding", "").lower()
        upstream.request(self.command, self.path, self._body(), headers, encode_chunked=is_chunked)
        response = upstream.getresponse()
        self.send_response(response.status)
        length = response.getheader("Content-Length")
        for name, value in response.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if length is None:
            self.send_header("Connection", "close")
        self.end_headers()
        while block := response.read(BLOCK):
            self.wfile.write(block)
        upstream.close()

    def _body(self) -> Iterator[bytes] | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked_body()
        length = int(self.headers.get("Content-Length", 0))
        return self._sized_body(length) if length else None

    def _sized_body(self, length: int) -> Iterator[bytes]:
        while length and (block := self.rfile.read(min(BLOCK, length))):
            length -= len(block)
            yield block

    def _chunked_body(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield from self._sized_body(size)
            self.rfile.readline()
        self.rfile.readline()

    def _set_faults(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if order["mode"] not in ("none", *FAULTS):
            raise Refused(422, f"mode is one of none, {', '.join(FAULTS)}")
        self.server.faults = [] if order["mode"] == "none" else [order] * int(order.get("times", 1))
        self._send(200, b"{}")

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """A line a request would drown the log; errors still reach it."""


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sandbox.storage_gateway", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4443)
    parser.add_argument("--upstream", required=True, help="address of fake-gcs-server")
    arguments = parser.parse_args()
    Gateway(arguments.host, arguments.port, arguments.upstream).serve_forever()


if __name__ == "__main__":
    main()
