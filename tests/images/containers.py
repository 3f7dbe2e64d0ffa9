"""Containers for the tests: run to their end, or kept for the length of a block."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.docker import program

READY_SECONDS = 60.0
# As a pod of the restricted profile has it: nothing to write to but what is mounted.
RESTRICTED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
Done = subprocess.CompletedProcess[str]


def docker(*arguments: str, text: str | None = None) -> Done:
    """What a docker command did."""
    return subprocess.run([program(), *arguments], input=text, capture_output=True, text=True, check=False)


def run(
    image: str, *command: str, options: tuple[str, ...] = ("--network=none",), text: str | None = None
) -> Done:
    """Run a command in a new container of an image, with a writable /tmp and nothing else; it has two minutes."""
    name = f"customer-360-test-{time.time_ns()}"
    arguments = ("run", "--rm", f"--name={name}", *RESTRICTED, "--tmpfs=/tmp", *options, image, *command)
    try:
        return subprocess.run(
            [program(), *arguments], input=text, capture_output=True, text=True, timeout=120, check=False
        )
    finally:
        docker("rm", "--force", name)


def python(image: str, code: str, *options: str) -> Done:
    """Run Python code in a new container, from its standard input."""
    reads = ("--interactive", "--network=none", "--entrypoint=python3", *options)
    return run(image, "-", options=reads, text=code)


@contextmanager
def running(image: str, *command: str, options: tuple[str, ...] = ()) -> Iterator[str]:
    """The id of a container that is up for the length of a block."""
    started = docker("run", "--detach", *RESTRICTED, *options, image, *command)
    assert started.returncode == 0, started.stderr
    container = started.stdout.strip()
    try:
        yield container
    finally:
        docker("rm", "--force", "--volumes", container)


@contextmanager
def network() -> Iterator[str]:
    """A network for the containers of a test, on which they find each other by alias."""
    name = f"customer-360-test-{time.time_ns()}"
    docker("network", "create", name)
    try:
        yield name
    finally:
        docker("network", "rm", name)


def wait_until(container: str, *command: str) -> None:
    """Wait until a command succeeds within a container."""
    deadline = time.monotonic() + READY_SECONDS
    while docker("exec", container, *command).returncode != 0:
        assert is_up(container), logs(container)
        assert time.monotonic() < deadline, logs(container)
        time.sleep(0.2)


def answers(port: int, path: str) -> tuple[str, ...]:
    """A command that succeeds within a container when one of its servers answers."""
    return (
        "python",
        "-c",
        f"import urllib.request as u; u.urlopen('http://127.0.0.1:{port}{path}', timeout=2)",
    )


def is_up(container: str) -> bool:
    """True while a container runs."""
    return inspect(container)["State"]["Running"] is True


def inspect(name: str) -> dict[str, dict[str, object]]:
    """What docker knows of a container or an image."""
    found: list[dict[str, dict[str, object]]] = json.loads(docker("inspect", name).stdout)
    return found[0]


def logs(container: str) -> str:
    """Everything a container has said."""
    said = docker("logs", container)
    return said.stdout + said.stderr
