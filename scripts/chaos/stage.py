"""Where faults are planted: a sandbox that holds a first delivery, and the run of a second one."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from customer360.settings import from_environment
from customer360.storage import Bucket
from customer360.warehouse import Warehouse
from scripts.chaos.proxy import Proxy
from scripts.chaos.worker import Worker
from scripts.generate import generate
from scripts.marts import Contents, contents
from scripts.sandbox.lifecycle import copy_data, start, stop

FIRST, SECOND, OTHER = "chaos-first", "chaos-second", "chaos-other"
PREFIX = "olist"
PROXIED = {
    "bigquery": "BIGQUERY_EMULATOR_HOST",
    "storage": "STORAGE_EMULATOR_HOST",
    "rates": "C360_RATES_URL",
}


@dataclass(frozen=True)
class State:
    """What a run left behind: the rows of the marts, and the names of tables and objects."""

    marts: Contents
    tables: frozenset[str]
    objects: frozenset[str]


class Stage:
    """A sandbox in `directory`, in which every run starts from what the first delivery left.

    With `raw_only` every run ends after the load.
    """

    def __init__(self, directory: Path, orders: int, seed: int, *, raw_only: bool = False):
        self.directory = directory
        self._raw_only = raw_only
        self._logs = directory / "runs"
        self._deliveries = {FIRST: directory / "first", SECOND: directory / "second"}
        # The second delivery is another one altogether, so that every table has to change.
        for number, place in enumerate(self._deliveries.values()):
            generate(place, orders, seed + number)
        self._sandbox = start(self.place, fresh=True)
        self.proxies = {name: Proxy(self._sandbox.processes[name].url) for name in PROXIED}
        self._worker: Worker | None = None
        self.mend()

    @property
    def place(self) -> Path:
        """The sandbox's own folder, which holds its data."""
        return self.directory / "sandbox"

    @property
    def _kept(self) -> Path:
        """A copy of the data as the first delivery left it."""
        return self.directory / "kept"

    @property
    def scratch(self) -> Path:
        """The folder that a run may write to."""
        return self.directory / "scratch"

    @property
    def worker(self) -> Worker:
        """The run that was started last. Raises LookupError before the first."""
        if self._worker is None:
            raise LookupError("no run was started")
        return self._worker

    def begin(self) -> None:
        """Load the first delivery, and keep what the emulators then hold. Raises RuntimeError."""
        if not self.run(FIRST, "first").finish():
            raise RuntimeError(f"the first delivery was not loaded: see {self.worker.log}")
        stop(self.place)
        copy_data(self.place, self._kept)
        self.mend()

    def restore(self, label: str) -> None:
        """Have the emulators hold what they held after the first delivery; logs go to a folder called `label`."""
        self._logs = self.directory / "runs" / re.sub(r"[^\w-]+", "-", label)
        stop(self.place)
        copy_data(self._kept, self.place)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.mend()

    def mend(self) -> None:
        """Start the services that are down, and forget every fault that was planted in one."""
        self._sandbox = start(self.place)
        # This process sees the services themselves, wherever they are now; the runs see them through the proxies.
        os.environ.update(self._sandbox.environment() | {"C360_DATASET_PREFIX": PREFIX})
        for name, proxy in self.proxies.items():
            proxy.clear()
            proxy.upstream = self._sandbox.processes[name].url.rpartition("/")[2]

    def kill(self, service: str) -> None:
        """Kill a service without a word."""
        os.kill(self._sandbox.processes[service].pid, signal.SIGKILL)

    def run(self, run_id: str, name: str, environment: Mapping[str, str] | None = None) -> Worker:
        """Start the run of a delivery; its log is called `name`."""
        through = {variable: self.proxies[service].url for service, variable in PROXIED.items()}
        folder = self.scratch / name
        for needed in (folder, self._logs):
            needed.mkdir(parents=True, exist_ok=True)
        source = self._deliveries.get(run_id, self._deliveries[SECOND])
        variables = {**through, **(environment or {})}
        self._worker = Worker(
            source, run_id, folder, self._logs / f"{name}.log", variables, raw_only=self._raw_only
        )
        return self._worker

    def state(self) -> State:
        """What the emulators hold now."""
        settings = from_environment()
        client = Warehouse.connect(settings).client
        tables = [
            f"{dataset.dataset_id}.{table.table_id}"
            for dataset in client.list_datasets()
            for table in client.list_tables(dataset.dataset_id)
        ]
        kept = Bucket.connect(settings).generations("")
        objects = [entry.name if entry.is_live else f"{entry.name} (old)" for entry in kept]
        return State(contents(client), frozenset(tables), frozenset(objects))

    def close(self) -> None:
        """Stop everything that was started here."""
        stop(self.place)
        for proxy in self.proxies.values():
            proxy.shutdown()
            proxy.server_close()
