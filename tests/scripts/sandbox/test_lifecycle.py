"""The sandbox's lifecycle: idempotent, repaired after a crash, and harmless to strangers."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from google.cloud import bigquery

from customer360.settings import from_environment
from customer360.warehouse import Warehouse
from scripts import sandbox
from scripts.sandbox import lifecycle, processes
from scripts.sandbox.processes import HOST, Process, SandboxError

pytestmark = pytest.mark.sandbox


@pytest.mark.slow
def test_up_twice_keeps_the_processes_and_a_killed_one_is_repaired(tmp_path: Path) -> None:
    first = sandbox.start(tmp_path)
    try:
        assert sandbox.start(tmp_path) == first
        kill(first.processes["bigquery"])
        sandbox.start(tmp_path)
        assert all(healthy for _, healthy in sandbox.status(tmp_path).values())
    finally:
        stopped = sandbox.stop(tmp_path)
    assert len(stopped) == 4
    assert not any(process.is_alive for process in first.processes.values())
    assert sandbox.stop(tmp_path) == []


@pytest.mark.slow
def test_a_job_that_was_running_when_bigquery_was_killed_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real one never loses a job; whoever waits for a lost one must not wait for ever."""
    place = sandbox.start(tmp_path)
    try:
        endless = (
            "select count(*) from unnest(generate_array(1, 1000000)) a, unnest(generate_array(1, 1000000)) b"
        )
        client_of(place, monkeypatch).query(endless, job_id="endless", job_retry=None)
        kill(place.processes["bigquery"])
        again = client_of(sandbox.start(tmp_path), monkeypatch)

        job = again.get_job("endless", timeout=10)

        assert (job.state, job.error_result) == (
            "DONE",
            {
                "reason": "stopped",
                "message": "The emulator lost the job; start another",
            },
        )
    finally:
        sandbox.stop(tmp_path)


def client_of(place: sandbox.Sandbox, monkeypatch: pytest.MonkeyPatch) -> bigquery.Client:
    """A client of the emulator where it is now; it may have come back on another port."""
    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)
    return Warehouse.connect(from_environment()).client


def kill(process: Process) -> None:
    """End a process at once, and wait until it has gone."""
    os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while process.is_alive and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_taken_port_is_left_to_its_owner() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert processes.free_port(port) != port


def test_no_connection_is_given_the_port_of_a_service_that_is_starting() -> None:
    first, _ = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    with socket.create_server((HOST, 0)) as taken:
        assert all(processes.free_port(taken.getsockname()[1]) < first for _ in range(50))


def test_two_sandboxes_that_start_at_once_have_ports_of_their_own(tmp_path: Path) -> None:
    directories = [tmp_path / "one", tmp_path / "other"]
    try:
        with ThreadPoolExecutor() as starts:
            one, other = starts.map(sandbox.start, directories)
        ports = [process.port for place in (one, other) for process in place.processes.values()]
        assert len(set(ports)) == len(ports)
        assert all(well for place in directories for _, well in sandbox.status(place).values())
    finally:
        for place in directories:
            sandbox.stop(place)


def test_a_stale_file_never_stops_a_stranger(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        entry = {"name": "rates", "pid": stranger.pid, "started": 1, "port": 1}
        (tmp_path / "sandbox.json").write_text(json.dumps({"rates": entry}))
        assert sandbox.stop(tmp_path) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_service_that_dies_while_starting_shows_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.spawn(
        "broken", [sys.executable, "-c", "raise SystemExit('no such disk')"], {}, 1, log
    )
    with pytest.raises(SandboxError, match="no such disk"):
        processes.wait_until_ready(process, "/", log)


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    keys = lifecycle._keys(tmp_path)
    assert lifecycle._keys(tmp_path) == keys
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert len(set(keys.values())) == 3


def test_keys_of_another_version_are_new_and_those_of_the_same_one_stay(tmp_path: Path) -> None:
    first = lifecycle._keys(tmp_path)
    sandbox.renew_keys(tmp_path, "1")
    assert lifecycle._keys(tmp_path) == first

    sandbox.renew_keys(tmp_path, "2")

    second = lifecycle._keys(tmp_path)
    assert second["C360_HASH_KEY_VERSION"] == "2"
    assert all(first[name] != second[name] for name in lifecycle.HASH_KEYS)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    sandbox.renew_keys(tmp_path, "2")
    assert lifecycle._keys(tmp_path) == second


def test_the_key_of_erasures_stays_when_others_are_renewed(tmp_path: Path) -> None:
    before = lifecycle._keys(tmp_path)
    sandbox.renew_keys(tmp_path, "2")
    assert lifecycle._keys(tmp_path)["C360_ERASURE_KEY"] == before["C360_ERASURE_KEY"]


def test_a_missing_environment_names_the_command_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lifecycle, "REPOSITORY", tmp_path)
    with pytest.raises(SandboxError, match="make setup"):
        lifecycle._sandbox_python()


def test_peak_memory_is_known_for_every_service(sandbox: sandbox.Sandbox) -> None:
    assert all(peak > 1 for peak in sandbox.rss_mb().values())
    assert Process("gone", 1, -1, 1).peak_rss_mb() == 0
