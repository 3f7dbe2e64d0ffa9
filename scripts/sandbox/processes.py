"""Local processes that outlive their starter: health checks, logs, and a stop that never hits a stranger."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.memory import peak_rss_mb

HOST = "127.0.0.1"
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_TAIL_LINES = 15
# Below what Linux and macOS hand out to connections, so that none takes a port between its choice and its use.
FREE_PORTS = range(15_000, 30_000)
PORT_TRIES = 100


class SandboxError(RuntimeError):
    """A service cannot start; the message shows the end of its log."""


@dataclass(frozen=True)
class Process:
    """A started service; `started` is the kernel's start time, which tells it from a later process of that pid."""

    name: str
    pid: int
    started: int
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def is_alive(self) -> bool:
        return start_time(self.pid) == self.started

    def peak_rss_mb(self) -> float:
        """Peak resident memory in MB; 0 when the process is gone."""
        return peak_rss_mb(self.pid) if self.is_alive else 0.0


def spawn(name: str, command: Sequence[str], environment: Mapping[str, str], port: int, log: Path) -> Process:
    """Start a service in its own session, so that it outlives the terminal; its output goes to `log`."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Process(name, child.pid, start_time(child.pid) or 0, port)


def wait_until_ready(process: Process, path: str, log: Path) -> None:
    """Wait for the health check. Raises SandboxError when the service ends or stays silent."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if answers(process.url + path):
            return
        if not process.is_alive:
            raise SandboxError(f"{process.name} ended while starting; its log {log} ends with\n{tail(log)}")
        time.sleep(0.05)
    raise SandboxError(f"{process.name} did not answer in {READY_SECONDS:.0f} s; see {log}\n{tail(log)}")


def answers(url: str) -> bool:
    """True when a health check answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status < 400)
    except (urllib.error.URLError, OSError):
        return False


def terminate(process: Process) -> None:
    """Stop a service: politely, then by force. A pid that now belongs to another process is left alone."""
    if not process.is_alive:
        return
    os.kill(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while process.is_alive and time.monotonic() < deadline:
        time.sleep(0.02)
    if process.is_alive:
        os.kill(process.pid, signal.SIGKILL)


def start_time(pid: int) -> int | None:
    """The kernel's start time of a process in clock ticks; None when it is gone or a zombie."""
    with suppress(ChildProcessError):  # another run may have started it
        os.waitpid(pid, os.WNOHANG)
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = text.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])


def free_port(preferred: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """The preferred port, or any free one when it is taken."""
    for port in (preferred, *random.sample(FREE_PORTS, PORT_TRIES)):
        with socket.socket(type=kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, port))
                return port
    raise SandboxError("no free port on this machine")


def tail(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
