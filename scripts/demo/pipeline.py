"""The whole pipeline in one process: the same steps the Dag wires, called in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from customer360.catalogue import files_delivered
from customer360.dbt_session import DbtSession, Outcome
from customer360.manifest import Record
from customer360.settings import LAYERS, Settings
from customer360.steps.fetch_rates import fetch_rates
from customer360.steps.load import load_all
from customer360.steps.load_keys import load_keys
from customer360.steps.reconcile import Amount, Balance, reconcile
from customer360.steps.suppress import suppress
from customer360.steps.transform import SELECTIONS, build
from customer360.steps.upload import upload
from customer360.storage import Bucket
from customer360.warehouse import Warehouse
from scripts.memory import forget_peak, peak_rss_mb

# The uploads compress, inspect and hash: more of them than cores would only queue.
CONCURRENT_UPLOADS = 2

Listener = Callable[[str], None]


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

    def __init__(
        self,
        settings: Settings,
        run: Run,
        on_start: Listener = lambda _step: None,
        on_progress: Listener = lambda _note: None,
    ):
        self.settings = settings
        self.run = run
        self.warehouse = Warehouse.connect(settings)
        self.bucket = Bucket.connect(settings)
        self._on_start = on_start
        self._on_progress = on_progress
        self._began = time.perf_counter()

    def create_datasets(self) -> None:
        """Create the datasets that Terraform owns elsewhere."""
        with ThreadPoolExecutor(len(LAYERS)) as pool:
            list(pool.map(self.warehouse.create_dataset, map(self.settings.dataset, LAYERS)))

    def execute(self, source: str, dbt: DbtSession, full_refresh: bool = False) -> Run:
        """Run every step. Raises the step's own error; what the steps before it did stays as it is."""
        run = self.run
        self.load_raw(source)
        for layer in SELECTIONS:
            with self._timed(f"dbt {layer}"):
                run.outcome += build(dbt, layer, full_refresh)
        with self._timed("reconcile"):
            run.balances, run.amounts = reconcile(self.warehouse, self.settings, run.records)
        return run

    def load_raw(self, source: str) -> None:
        """Run the steps up to the raw layer and the keys. Raises the step's own error."""
        with self._timed("upload"):
            self.run.records = self._upload(source)
        with self._timed("rates"):
            self.run.records.append(self._fetch_rates(source))
        with self._timed("suppress"):
            self.run.records = suppress(self.warehouse, self.bucket, self.settings, self.run.records)
        with self._timed("load"):
            self._load()
            load_keys(self.warehouse, self.settings)

    def _upload(self, source: str) -> list[Record]:
        sent = _Tally("MB sent", self._on_progress)
        with ThreadPoolExecutor(CONCURRENT_UPLOADS) as pool:
            uploads = [
                pool.submit(
                    upload,
                    self.bucket,
                    entry,
                    source,
                    self.run.run_id,
                    self.run.ingest_date,
                    on_sent=lambda size: sent.add(size / 1e6),
                )
                for entry in files_delivered()
            ]
        return [future.result() for future in uploads]

    def _load(self) -> None:
        loaded = _Tally("rows loaded", self._on_progress)
        load_all(
            self.warehouse,
            self.bucket,
            self.run.records,
            self.settings.dataset("raw"),
            self.settings.commit,
            on_loaded=lambda _table, rows: loaded.add(rows),
        )

    def _fetch_rates(self, source: str) -> Record:
        return fetch_rates(
            self.bucket, source, self.settings.rates_url, self.run.run_id, self.run.ingest_date
        )

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        self._on_start(step)
        forget_peak()
        start = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - start
            self.run.timeline.append(
                {"step": step, "start": round(start - self._began, 3), "seconds": round(seconds, 3)}
            )
            self.run.peak_rss_mb[step.replace(" ", "_")] = peak_rss_mb()


class _Tally:
    """A sum that threads add to and a listener is told of."""

    def __init__(self, unit: str, listener: Listener):
        self._unit, self._listener = unit, listener
        self._lock = threading.Lock()
        self._sum = 0.0

    def add(self, amount: float) -> None:
        with self._lock:
            self._sum += amount
            self._listener(f"{self._sum:,.0f} {self._unit}")
