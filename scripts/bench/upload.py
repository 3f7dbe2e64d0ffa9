"""Upload throughput against plain `curl -T` to the same server, and the uploader's peak memory."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import requests

from customer360 import catalogue
from customer360.settings import from_environment
from scripts.generate import generate
from scripts.sandbox.lifecycle import Sandbox, running_sandbox

SOURCE = catalogue.source("orders")
ROUNDS = 5
# What suits a process of one upload: no threads for linear algebra, one heap for both of its own threads.
LEAN = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def measure(directory: Path, megabytes: int) -> dict[str, float]:
    """Median MB/s of both ways over alternating rounds, their ratio, and the uploader's peak memory in MB.

    Raises RuntimeError when one of them cannot run.
    """
    if shutil.which("curl") is None:
        raise RuntimeError("curl is not on PATH; on Debian: apt-get install curl")
    file = _large_file(directory / "upload", megabytes)
    with running_sandbox(directory / "sandbox") as place:
        _with_curl(place, file, "warm-up")  # the emulator's memory grows once
        ours, curl = zip(*(_round(place, file, n) for n in range(ROUNDS)), strict=True)
    sent = file.stat().st_size / 1e6
    seconds = statistics.median(run["seconds"] for run in ours)
    return {
        "megabytes": round(sent),
        "ours_mb_s": round(sent / seconds, 1),
        "curl_mb_s": round(sent / statistics.median(curl), 1),
        "ratio": round(statistics.median(curl) / seconds, 3),
        "peak_rss_mb": max(run["peak_rss_mb"] for run in ours),
    }


def _round(place: Sandbox, file: Path, number: int) -> tuple[dict[str, float], float]:
    _forget_objects(place)
    ours = _ours(place, file, f"round-{number}")
    _forget_objects(place)
    return ours, _with_curl(place, file, f"curl-{number}")


def _large_file(directory: Path, megabytes: int) -> Path:
    """The generated orders again and again, up to the size."""
    file = directory / SOURCE.file
    if file.exists() and abs(file.stat().st_size / 1e6 - megabytes) < megabytes / 50:
        return file
    generate(directory / "seed", 10_000, 360)
    copies = round(megabytes * 1e6 / (directory / "seed" / SOURCE.file).stat().st_size)
    header, _, rows = (directory / "seed" / SOURCE.file).read_bytes().partition(b"\n")
    with file.open("wb") as out:
        out.write(header + b"\n")
        for _ in range(copies):
            out.write(rows)
    return file


def _ours(place: Sandbox, file: Path, run_id: str) -> dict[str, float]:
    command = [sys.executable, "-m", "scripts.bench.uploader", str(file.parent), run_id]
    done = subprocess.run(command, env=_environment(place), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the upload failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _environment(place: Sandbox) -> Mapping[str, str]:
    return {**os.environ, **LEAN, "PYTHONPATH": os.pathsep.join(sys.path), **place.environment()}


def _with_curl(place: Sandbox, file: Path, name: str) -> float:
    """Seconds of one request that sends the whole file to an upload session and checks nothing."""
    url = f"{_objects(place)}?uploadType=resumable&name={name}"
    session = requests.post(url.replace("/storage/", "/upload/storage/", 1), json={}, timeout=10)
    command = ["curl", "-sS", "--fail", "-o", "/dev/null", "-w", "%{time_total}"]
    done = subprocess.run(
        [*command, "-T", str(file), session.headers["Location"]], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"curl failed: {done.stderr}")
    return float(done.stdout)


def _objects(place: Sandbox) -> str:
    return f"{place.storage_url}/storage/v1/b/{from_environment(place.environment()).raw_bucket}/o"


def _forget_objects(place: Sandbox) -> None:
    """So that no round waits for the disk to take in the one before."""
    objects = _objects(place)
    for found in requests.get(objects, timeout=10).json().get("items", ()):
        requests.delete(f"{objects}/{quote(found['name'], safe='')}", timeout=10)
