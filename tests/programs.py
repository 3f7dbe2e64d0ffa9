"""Programs that tests run for real: named in the environment, on PATH, or brought by `make tools`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import yaml

from scripts.cluster import programs
from scripts.sandbox.processes import free_port

AIRFLOW_VALUES = Path(__file__).parents[1] / "charts" / "airflow" / "values.yaml"
START_SECONDS = 20


def program(name: str) -> str:
    """Where a program is. Raises FileNotFoundError when it is nowhere."""
    cached = programs.path(name)
    found = os.environ.get(name.upper()) or shutil.which(name) or (str(cached) if cached.exists() else None)
    if found is None:
        raise FileNotFoundError(f"{name} is not there: run `make tools`, or name it in {name.upper()}")
    return found


@dataclass(frozen=True)
class Exporter:
    """A statsd exporter with the mapping of charts/airflow, for one test."""

    port: int
    scrape: str

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def series(self, wanted: str) -> dict[str, float]:
        """All series once one that starts with `wanted` is there. Raises TimeoutError when it does not come."""
        for _ in range(START_SECONDS * 10):
            lines = requests.get(self.scrape, timeout=5).text.splitlines()
            found = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
            if any(name.startswith(wanted) for name in found):
                return {
                    name: float(value)
                    for name, value in found.items()
                    if name.startswith(("airflow", "customer"))
                }
            time.sleep(0.1)
        raise TimeoutError(f"{wanted} was not scraped")


@contextmanager
def running_exporter(folder: Path) -> Iterator[Exporter]:
    """The real exporter on free ports, told of the mapping as the chart would."""
    mapping = folder / "mappings.yml"
    mapping.write_text(
        yaml.safe_dump({"mappings": yaml.safe_load(AIRFLOW_VALUES.read_text())["statsd"]["overrideMappings"]})
    )
    udp, tcp = free_port(9125, socket.SOCK_DGRAM), free_port(9102)
    command = [
        program("statsd_exporter"),
        f"--statsd.mapping-config={mapping}",
        f"--statsd.listen-udp=127.0.0.1:{udp}",
        "--statsd.listen-tcp=",
        f"--web.listen-address=127.0.0.1:{tcp}",
    ]
    with (folder / "exporter.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        exporter = Exporter(udp, f"http://127.0.0.1:{tcp}/metrics")
        _wait_for(exporter)
        yield exporter
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(exporter: Exporter) -> None:
    for _ in range(START_SECONDS * 10):
        try:
            requests.get(exporter.scrape, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the exporter did not start")
