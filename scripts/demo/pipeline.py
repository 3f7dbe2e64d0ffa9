"""The whole pipeline in one process: the same steps the Dag wires, called in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from customer360 import clients
from customer360.catalogue import files_delivered
from customer360.dbt_session import DbtSession, Outcome
from customer360.manifest import Record
from customer360.settings import LAYERS, Settings
from customer360.steps.fetch_rates import fetch_rates
from customer360.steps.load import load_all
from customer360.steps.load_keys import load_keys
from customer360.steps.reconcile import Amount, Balance, reconcile
from customer360.steps.transform import SELECTIONS, build
from customer360.steps.upload import upload

# The uploads compress, inspect and hash: more of them than cores would only queue.
CONCURRENT_UPLOADS = 2

OnStart = Callable[[str], None]


@dataclass
class Run:
    """What a run did: seconds by step, and the facts that the summary and the report show."""

    run_id: str
    ingest_date: str
    timeline: list[dict[str, str | float]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    balances: list[Balance] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    peak_rss_mb: dict[str, float] = field(default_factory=dict)

    def seconds(self, step: str) -> float:
        """Seconds of a step, or of all parts of it (`dbt` is the sum of its layers)."""
        return round(
            sum(float(e["seconds"]) for e in self.timeline if str(e["step"]).split(" ")[0] == step), 2
        )


class Pipeline:
    """The clients and settings of one run, and its steps."""

    def __init__(self, settings: Settings, run: Run, on_start: OnStart = lambda _step: None):
        self.settings = settings
        self.run = run
        self.warehouse = clients.warehouse(settings)
        self.bucket = clients.raw_bucket(settings)
        self._on_start = on_start
        self._began = time.perf_counter()

    def create_datasets(self) -> None:
        """Create the datasets that Terraform owns elsewhere."""
        with ThreadPoolExecutor(len(LAYERS)) as pool:
            list(pool.map(self.warehouse.create_dataset, map(self.settings.dataset, LAYERS)))

    def execute(self, source: str, dbt: DbtSession, full_refresh: bool = False) -> Run:
        """Run every step. Raises the step's own error; what the steps before it did stays as it is."""
        run = self.run
        with self._timed("upload"):
            run.records = self._upload(source)
        with self._timed("rates"):
            run.records.append(self._fetch_rates(source))
        with self._timed("load"):
            load_all(
                self.warehouse, self.bucket, run.records, self.settings.dataset("raw"), self.settings.commit
            )
            load_keys(self.warehouse, self.settings)
        for layer in SELECTIONS:
            with self._timed(f"dbt {layer}"):
                run.outcome += build(dbt, layer, full_refresh)
        with self._timed("reconcile"):
            run.balances, run.amounts = reconcile(self.warehouse, self.settings, run.records)
        return run

    def _upload(self, source: str) -> list[Record]:
        with ThreadPoolExecutor(CONCURRENT_UPLOADS) as pool:
            uploads = [
                pool.submit(upload, self.bucket, entry, source, self.run.run_id, self.run.ingest_date)
                for entry in files_delivered()
            ]
        return [future.result() for future in uploads]

    def _fetch_rates(self, source: str) -> Record:
        return fetch_rates(
            self.bucket, source, self.settings.rates_url, self.run.run_id, self.run.ingest_date
        )

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        self._on_start(step)
        start = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - start
            self.run.timeline.append(
                {"step": step, "start": round(start - self._began, 3), "seconds": round(seconds, 3)}
            )
            self.run.peak_rss_mb[step.replace(" ", "_")] = peak_rss_mb()


def peak_rss_mb(pid: int | str = "self") -> float:
    """Peak resident memory of a process in MB, 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return round(int(line.split()[1]) / 1024, 1)
