"""Every fault: where in a run it is planted, how, and what is expected to come of the run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from customer360.steps.transform import SELECTIONS
from scripts.chaos import disks
from scripts.chaos.proxy import CUT, DROP, SLOW
from scripts.chaos.stage import OTHER, SECOND, Stage
from scripts.chaos.worker import EndedError
from scripts.commands import run

OUTLASTED, STOPPED = "outlasted", "stopped"
EITHER = "either"  # a query or an upload under way is lost with its server; between two of them nothing is
LAYERS = tuple(f"dbt {layer}" for layer in SELECTIONS)
STEPS = ("upload", "rates", "suppress", "load", *LAYERS, "reconcile")
START = ""  # planted before the run begins
SCRATCH_MB = 1  # less than dbt writes
SKEW = Path(__file__).with_name("skew.c")

Plant = Callable[[Stage], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """A fault; planted `after` seconds into the step `at`, and lifted `lasts` seconds later or at the run's end."""

    name: str
    at: str
    plant: Plant
    expected: str = STOPPED
    after: float = 0.0
    lasts: float = 600.0
    environment: Mapping[str, str] = field(default_factory=dict)  # of the run; {directory} is the stage's
    missing: str = ""  # what this machine lacks for it


@contextmanager
def _kill_run(stage: Stage) -> Iterator[None]:
    stage.worker.kill()
    yield


@contextmanager
def _kill_dbt(stage: Stage) -> Iterator[None]:
    stage.worker.kill_dbt()
    yield


def _kill(service: str) -> Plant:
    @contextmanager
    def plant(stage: Stage) -> Iterator[None]:
        stage.kill(service)
        yield
        stage.mend()

    return plant


def _network(service: str, fault: str, times: int) -> Plant:
    @contextmanager
    def plant(stage: Stage) -> Iterator[None]:
        proxy = stage.proxies[service]
        proxy.plant(fault, times)
        yield
        proxy.clear()
        if not proxy.hits[fault]:
            raise EndedError("no request met the fault")

    return plant


@contextmanager
def _kill_twice(stage: Stage) -> Iterator[None]:
    stage.worker.kill()
    again = stage.run(SECOND, "again")
    again.wait_for("dbt intermediate")
    again.kill()
    yield


def _beside(run_id: str) -> Plant:
    """A second run at the same time."""

    @contextmanager
    def plant(stage: Stage) -> Iterator[None]:
        second = stage.run(run_id, "beside")
        yield
        second.finish()

    return plant


def _full(part: str) -> Plant:
    return lambda stage: disks.filled(stage.place / part)


def _read_only_bucket(stage: Stage) -> AbstractContextManager[None]:
    return disks.read_only(stage.place / "storage")


def _scratch(*, writable: bool) -> Plant:
    return lambda stage: disks.mounted(stage.scratch / "disturbed", SCRATCH_MB, writable=writable)


@contextmanager
def _skewing(stage: Stage) -> Iterator[None]:
    """Build the library that shifts the clock of the run that is about to begin."""
    run("cc", "-shared", "-fPIC", "-O2", "-o", stage.directory / SKEW.with_suffix(".so").name, SKEW)
    yield


def _skewed(days: int) -> Fault:
    name = f"the run's clock is {abs(days)} days {'fast' if days > 0 else 'slow'}"
    environment = {"LD_PRELOAD": "{directory}/skew.so", "SKEW_SECONDS": str(days * 86_400)}
    missing = "" if shutil.which("cc") else "there is no C compiler: apt-get install gcc"
    return Fault(name, START, _skewing, OUTLASTED, environment=environment, missing=missing)


def faults() -> tuple[Fault, ...]:
    """The whole campaign over the sandbox, the runs' own end first."""
    root = "" if disks.can_mount() else "only root may mount volumes"
    return (
        *(
            Fault(f"kill -9 of the run in {step}", step, _kill_run, after=0.5 if step in LAYERS else 0)
            for step in STEPS
        ),
        *(Fault(f"kill -9 of dbt alone in {layer}", layer, _kill_dbt, after=0.5) for layer in LAYERS),
        Fault("kill -9 of the run in load, and of its next try in dbt intermediate", "load", _kill_twice),
        Fault("kill -9 of BigQuery in load", "load", _kill("bigquery"), OUTLASTED, lasts=3),
        *(
            Fault(f"kill -9 of BigQuery in {layer}", layer, _kill("bigquery"), EITHER, 0.5, 3)
            for layer in LAYERS
        ),
        Fault("kill -9 of BigQuery in reconcile", "reconcile", _kill("bigquery"), OUTLASTED, lasts=3),
        Fault("kill -9 of Cloud Storage in upload", "upload", _kill("storage-server"), EITHER, lasts=3),
        Fault("kill -9 of Cloud Storage's front in upload", "upload", _kill("storage"), EITHER, lasts=3),
        Fault("kill -9 of the rates API in upload", "upload", _kill("rates"), OUTLASTED, lasts=3),
        Fault("dropped connections to Cloud Storage", "upload", _network("storage", DROP, 4), OUTLASTED),
        Fault("answers of Cloud Storage cut in half", "upload", _network("storage", CUT, 3), OUTLASTED),
        Fault("slow connections to Cloud Storage", "upload", _network("storage", SLOW, 40), OUTLASTED),
        Fault("a burst of 503 from Cloud Storage", "upload", _network("storage", "503", 4), OUTLASTED),
        Fault("a burst of 429 from Cloud Storage", "upload", _network("storage", "429", 4), OUTLASTED),
        Fault("a token that expired before Cloud Storage", "upload", _network("storage", "401", 1)),
        Fault("dropped connections to BigQuery in load", "load", _network("bigquery", DROP, 4), OUTLASTED),
        Fault("answers of BigQuery cut in half in load", "load", _network("bigquery", CUT, 3), OUTLASTED),
        Fault("slow connections to BigQuery", "load", _network("bigquery", SLOW, 60), OUTLASTED),
        Fault("a burst of 500 from BigQuery in load", "load", _network("bigquery", "500", 4), OUTLASTED),
        Fault("a burst of 503 from BigQuery in load", "load", _network("bigquery", "503", 4), OUTLASTED),
        Fault(
            "a burst of 429 from BigQuery in dbt staging",
            LAYERS[0],
            _network("bigquery", "429", 4),
            OUTLASTED,
        ),
        Fault(
            "dropped connections to BigQuery in dbt marts",
            LAYERS[2],
            _network("bigquery", DROP, 4),
            OUTLASTED,
        ),
        Fault(
            "a burst of 503 from BigQuery in dbt marts", LAYERS[2], _network("bigquery", "503", 4), OUTLASTED
        ),
        Fault("a token that expired before BigQuery", "load", _network("bigquery", "401", 1)),
        # Planted before the run: its only requests come too soon after the step begins.
        Fault("a burst of 503 from the rates API", START, _network("rates", "503", 2), OUTLASTED),
        Fault("a burst of 429 from the rates API", START, _network("rates", "429", 2), OUTLASTED),
        Fault("dropped connections to the rates API", START, _network("rates", DROP, 2), OUTLASTED),
        Fault("BigQuery's disk is full in load", "load", _full("bigquery"), lasts=5, missing=root),
        Fault("BigQuery's disk is full in dbt marts", LAYERS[2], _full("bigquery"), lasts=5, missing=root),
        Fault("the bucket's volume is full in upload", "upload", _full("storage"), lasts=5, missing=root),
        Fault("the bucket's volume is read-only", START, _read_only_bucket, lasts=20, missing=root),
        Fault("the run's own disk is full", START, _scratch(writable=True), missing=root),
        Fault("the run's own volume is read-only", START, _scratch(writable=False), missing=root),
        _skewed(3),
        _skewed(-3),
        Fault("the same run started twice", "upload", _beside(SECOND)),
        Fault("two runs at once", "upload", _beside(OTHER)),
    )
