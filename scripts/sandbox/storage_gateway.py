"""A front for fake-gcs-server that keeps to Cloud Storage's resumable upload protocol as documented.

The emulator finalises an object when it is asked for an upload's status, appends a chunk that is sent twice, ignores
ifGenerationMatch and hashes everything again with each chunk. So this process keeps the sessions (storage_sessions).
Nor does it know old generations, so every bucket has those that storage_generations keeps. Every other request passes
through untouched. Of declared checksums it verifies crc32c, not md5.

POST /_fault {"mode": ..., "times": n, "after_bytes": k} makes the next n chunks fail, for tests; status queries are
spared. Modes: drop_mid_chunk (after k bytes), drop_answer (the chunk is kept), 503, slow; none forgets the rest.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import secrets
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from scripts.sandbox import storage_generations as generations
from scripts.sandbox.storage_sessions import Refused, Session, Span, parse_span

BLOCK = 1024 * 1024
SLOW_SECONDS = 1.0
RESUME_INCOMPLETE, CLIENT_CLOSED = 308, 499
UPLOAD_PATH = re.compile(r"(?:/resumable)?(/upload/storage/v1/b/([^/]+)/o)/?")
HOP_BY_HOP = {"connection", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"}
FAULTS = ("drop_mid_chunk", "drop_answer", "503", "slow")


class Dropped(Exception):  # noqa: N818 - the client's fault or a planted one
    """The connection ends without an answer."""


class Body:
    """A request's body, sized or chunked. Raises Dropped where the connection ends within it."""

    def __init__(self, stream: BufferedIOBase, headers: Message):
        self._stream = stream
        self.is_chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
        self.length = None if self.is_chunked else int(headers.get("Content-Length", 0))
        self._left = self.length or 0
        self._has_chunks = self.is_chunked
        self.allowance: int | None = None  # bytes until a planted drop

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        if self.allowance is not None:
            self.allowance -= size
            if self.allowance < 0:
                raise Dropped
        data = b""
        while len(data) < size and (self._left or self._next_chunk()):
            data += self._take(min(size - len(data), self._left))
        return data

    def blocks(self) -> Iterator[bytes]:
        """What is left, block by block."""
        while block := self.read(BLOCK):
            yield block

    def _take(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) < size:
            raise Dropped
        self._left -= size
        if self.is_chunked and not self._left:
            self._stream.readline()
        return data

    def _next_chunk(self) -> bool:
        if self._has_chunks:
            line = self._stream.readline()
            if not line:
                raise Dropped
            self._left = int(line.split(b";")[0], 16)
            self._has_chunks = self._left > 0
            while not self._has_chunks and self._stream.readline().strip():
                pass  # trailers
        return self._left > 0


class Gateway(ThreadingHTTPServer):
    """The server: its sessions, and the faults still to come."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, upstream: str):
        super().__init__((host, port), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.sessions: dict[str, Session] = {}
        self.faults: deque[dict[str, Any]] = deque()


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    server: Gateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 300

    def handle_any(self) -> None:
        """Answer one request."""
        self.body = Body(self.rfile, self.headers)
        self.generation = ""  # the old one that the answer is about
        try:
            try:
                self._route()
            except Refused as refusal:
                self._send_json(
                    refusal.status, {"error": {"code": refusal.status, "message": refusal.message}}
                )
        except (Dropped, OSError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

    def _route(self) -> None:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        upload = UPLOAD_PATH.fullmatch(url.path)
        if url.path == "/_gateway/healthz":
            self._send_json(200, {"status": "ok"})
        elif url.path == "/_fault":
            self._set_faults()
        elif upload and "upload_id" in query:
            self._resume(query["upload_id"])
        elif upload and self.command == "POST" and query.get("uploadType") == "resumable":
            self._begin(upload[1], upload[2], query)
        elif query.get("versions", "").lower() == "true" and generations.LISTING_PATH.fullmatch(url.path):
            self._list_generations(url.path)
        elif not self._answer_for_generation(url, query):
            self._pass_through()

    def _list_generations(self, path: str) -> None:
        match, query = generations.LISTING_PATH.fullmatch(path), dict(parse_qsl(urlsplit(self.path).query))
        listed = urlencode({"prefix": query.get("prefix", "")})
        places = [
            f"/storage/v1/b/{match[1] if match else ''}{suffix}/o?{listed}"
            for suffix in ("", generations.SUFFIX)
        ]
        live, kept = (self._look_up(place).get("items", []) for place in places)
        self._send_json(200, {"kind": "storage#objects", "items": generations.merged(live, kept)})

    def _answer_for_generation(self, url: SplitResult, query: dict[str, str]) -> bool:
        """Lead a request to the old generation that it names, and keep what a deletion without one takes away.

        False when the emulator has the answer.
        """
        match, wanted = generations.OBJECT_PATH.fullmatch(url.path), query.get("generation")
        if match is None or (wanted is None and self.command != "DELETE"):
            return False
        live = self._live_generation(match[2], unquote(match[3]))
        if wanted is None:
            self._keep(match[2], unquote(match[3]), live)
        elif wanted != live:
            path = generations.kept_path(url.path, wanted)
            if self.command == "GET" and not match[1] and query.get("alt") != "media":
                if not (kept := self._look_up(path)):
                    raise Refused(404, "the generation does not exist")
                self._send_json(200, generations.old(kept))
                return True
            rest = urlencode({key: value for key, value in query.items() if key != "generation"})
            self.path, self.generation = f"{path}?{rest}", wanted
        return False

    def _live_generation(self, bucket: str, name: str) -> str:
        """The generation of an object; 0 when there is none."""
        found = self._look_up(f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}")
        return str(found.get("generation", "0"))

    def _keep(self, bucket: str, name: str, generation: str) -> None:
        """Keep a live object as what it is about to become, an old generation."""
        if generation == "0":
            return
        kept = json.dumps({"name": f"{bucket}{generations.SUFFIX}"})
        self._look_up("/storage/v1/b", "POST", kept)  # refused when it is there, which is as well
        self._look_up(generations.copy_path(bucket, name, generation), "POST", "{}")

    def _begin(self, path: str, bucket: str, query: dict[str, str]) -> None:
        try:
            metadata: dict[str, Any] = json.loads(b"".join(self.body.blocks()) or b"{}")
            name = query.get("name") or metadata["name"]
        except (ValueError, KeyError) as error:
            raise Refused(400, "the object's metadata is not JSON with its name") from error
        if "id" not in self._look_up(f"/storage/v1/b/{bucket}"):
            raise Refused(404, "the bucket does not exist")
        generation = self._live_generation(bucket, name)
        if query.get("ifGenerationMatch", generation) != generation:
            raise Refused(412, "the object's generation does not match")
        metadata.setdefault("contentType", self.headers.get("X-Upload-Content-Type"))
        upload_id = secrets.token_hex(16)
        self.server.sessions[upload_id] = Session(
            self.server.upstream, path, query | {"name": name}, metadata | {"name": name}
        )
        self._keep(bucket, name, generation)
        location = f"http://{self.headers['Host']}{path}?uploadType=resumable&upload_id={upload_id}"
        self._send(200, b"", {"Location": location, "X-GUploader-UploadID": upload_id})

    def _resume(self, upload_id: str) -> None:
        session = self.server.sessions.get(upload_id)
        if session is None:
            raise Refused(404, "the upload session does not exist")
        with session.lock:
            if self.command != "DELETE":
                return self._continue(session)
            session.close()
            self.server.sessions.pop(upload_id, None)
        return self._send(CLIENT_CLOSED, b"")

    def _continue(self, session: Session) -> None:
        session.check()
        if not session.answer:
            span = parse_span(self.headers.get("Content-Range"), self.body.length)
            self._receive(session, span, self._next_fault() if span.size else {"mode": "none"})
        if session.answer:
            return self._send(200, session.answer, {"Content-Type": "application/json"})
        kept = {"Range": f"bytes=0-{session.persisted - 1}"} if session.persisted else {}
        return self._send(RESUME_INCOMPLETE, b"", kept)

    def _receive(self, session: Session, span: Span, fault: dict[str, Any]) -> None:
        """Take a request's bytes into the session, with the planted fault at its place."""
        mode = fault["mode"]
        if mode == "503":
            raise Refused(503, "planted fault")
        if mode == "drop_mid_chunk":
            self.body.allowance = int(fault.get("after_bytes", 0))
        session.receive(span, self.body.read)
        if mode == "drop_mid_chunk":
            raise Dropped
        session.finish_when_whole(",".join(self.headers.get_all("x-goog-hash", [])))
        if mode == "drop_answer":
            raise Dropped
        if mode == "slow":
            time.sleep(SLOW_SECONDS)

    def _look_up(self, path: str, method: str = "GET", body: str | None = None) -> dict[str, Any]:
        """The emulator's JSON about a bucket or an object; empty when there is none."""
        with closing(http.client.HTTPConnection(self.server.upstream)) as upstream:
            try:
                upstream.request(method, path, body)
                response = upstream.getresponse()
                found: dict[str, Any] = json.load(response) if response.status == http.client.OK else {}
            except (OSError, http.client.HTTPException) as error:
                raise Refused(502, "the emulator does not answer") from error
            return found

    def _pass_through(self) -> None:
        with closing(http.client.HTTPConnection(self.server.upstream)) as upstream:
            try:
                self._forward(upstream)
                response = upstream.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise Refused(502, "the emulator does not answer") from error
            missing = generations.OBJECT_PATH.fullmatch(urlsplit(self.path).path)
            if response.status == http.client.NOT_FOUND and self.command == "GET" and missing:
                # Clients read from these words that the object, not its bucket, is missing.
                return self._send(404, f"No such object: {missing[2]}/{unquote(missing[3])}".encode())
            return self._relay(response)

    def _forward(self, upstream: http.client.HTTPConnection) -> None:
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                upstream.putheader(name, value)
        if self.body.is_chunked:
            upstream.putheader("Transfer-Encoding", "chunked")
        upstream.endheaders()
        with suppress(
            BrokenPipeError, ConnectionResetError
        ):  # the emulator may answer before it has read all
            for block in self.body.blocks():
                upstream.send(b"%x\r\n%b\r\n" % (len(block), block) if self.body.is_chunked else block)
            if self.body.is_chunked:
                upstream.send(b"0\r\n\r\n")

    def _relay(self, response: http.client.HTTPResponse) -> None:
        self._drain()
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() == "x-goog-generation" and self.generation:
                self.send_header(name, self.generation)
            elif name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if response.length is None:  # only the connection's end can mark the answer's
            self.send_header("Connection", "close")
        self.end_headers()
        while block := response.read(BLOCK):
            self.wfile.write(block)
        if response.length:
            self.close_connection = True

    def _set_faults(self) -> None:
        order = json.loads(b"".join(self.body.blocks()))
        if order["mode"] not in ("none", *FAULTS):
            raise Refused(422, f"mode is one of none, {', '.join(FAULTS)}")
        times = 0 if order["mode"] == "none" else int(order.get("times", 1))
        self.server.faults = deque([order] * times)
        self._send_json(200, {"faults": times})

    def _next_fault(self) -> dict[str, Any]:
        with suppress(IndexError):
            return self.server.faults.popleft()
        return {"mode": "none"}

    def _drain(self) -> None:
        """Read what the client still sends: it looks for the answer only afterwards."""
        for _ in self.body.blocks():
            pass

    def _send_json(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._drain()
        self.send_response(status, "Client Closed Request" if status == CLIENT_CLOSED else None)
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
