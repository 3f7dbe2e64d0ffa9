"""The baseline: what the demo leaves, built once and copied by every module that needs built tables.

The folder is named after the content that the run depends on, so a change of code, dbt project or emulator builds a
new one. Run as a module it builds what is missing.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from customer360.catalogue import source
from scripts.demo.pipeline import Run
from scripts.generate import generate
from scripts.sandbox import Sandbox, copy_data, running_sandbox
from tests.dags.steps import witness

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "test-baseline"
# dbt parses again whenever the name of a dataset changes, so every copy keeps this one. It is that of CI's main, with
# which pull requests are compared.
PREFIX = "olist_ci_main"
ORDERS, SEED, DAY = 120, 7, "2026-01-31"
DEPENDS_ON = (
    "dags/customer360",
    "dbt",
    "scripts/demo",
    "scripts/generate",
    "scripts/leak_scan",
    "scripts/sandbox",
    "requirements/dev.txt",
    "requirements/sandbox.txt",
    "tests/baseline.py",
    "tests/dags/steps/witness.py",
)
NOT_CONTENT = {"target", "logs", "__pycache__"}


class BaselineError(RuntimeError):
    """The baseline could not be built; the message says why and where the log is."""


@dataclass(frozen=True)
class Baseline:
    """A built baseline and the folder that holds it."""

    folder: Path

    @property
    def delivery(self) -> Path:
        """The delivered files; the witness and one payment that is no number are among them."""
        return self.folder / "delivery"

    @property
    def dbt(self) -> Path:
        """What dbt wrote: manifest.json, run_results.json, partial_parse.msgpack."""
        return self.folder / "demo" / "target"

    @property
    def run(self) -> Run:
        """The run's own record."""
        found: Run = pickle.loads((self.folder / "run.pickle").read_bytes())  # noqa: S301 - written below
        return found

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Sandbox]:
        """The emulators on a copy of the baseline's data, named by the environment for the length of a block."""
        copy_data(self.folder / "sandbox", folder)
        with (
            running_sandbox(folder, fresh=False) as sandbox,
            environment(sandbox.environment() | {"C360_DATASET_PREFIX": PREFIX}),
        ):
            yield sandbox

    def dbt_target(self, folder: Path) -> Path:
        """A copy of what dbt wrote, so that dbt parses only what changed since."""
        shutil.copytree(self.dbt, folder, dirs_exist_ok=True)
        return folder


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The process' environment with other values, for the length of a block."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def provide() -> Baseline:
    """The baseline of the code as it stands, built where it is missing. Raises BaselineError."""
    folder = FOLDER / _key()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            for old in FOLDER.glob("*/"):
                shutil.rmtree(old)
            folder.mkdir()
            _build_in_a_process(folder)
            (folder / "done").touch()
    return Baseline(folder)


def _key() -> str:
    """Names the content; the day is part of it, as dbt refuses raw tables that are two days old."""
    digest = hashlib.sha256(f"{datetime.now(UTC):%Y-%m-%d}".encode())
    for place in DEPENDS_ON:
        path = ROOT / place
        files = [path] if path.is_file() else sorted(entry for entry in path.rglob("*") if entry.is_file())
        for file in files:
            if NOT_CONTENT.isdisjoint(file.relative_to(ROOT).parts):
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _build_in_a_process(folder: Path) -> None:
    """Build with the interpreter that has dbt, whichever one asks."""
    log = folder / "build.log"
    command = [str(ROOT / ".venv/bin/python"), "-m", "tests.baseline", str(folder)]
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        raise BaselineError(
            f"the baseline that the tests share could not be built: {said[-1] if said else 'no word'}; "
            f"the log is {log}"
        )


def build(folder: Path) -> None:
    """Run the demo on a small delivery, and keep all that it leaves in `folder`. Raises a step's error."""
    from scripts.demo import __main__ as demo  # its charts are not where Airflow is

    delivery = folder / "delivery"
    generate(delivery, ORDERS, SEED)
    witness.plant(delivery)
    _plant_payment(delivery)
    record = Run("run-baseline", DAY)
    with environment({"C360_DATASET_PREFIX": PREFIX}):
        code = demo.run(demo.parser().parse_args(["--source", str(delivery)]), Console(), record, folder)
    assert code == 0, "personal data reached an open mart"
    (folder / "run.pickle").write_bytes(pickle.dumps(record))


def _plant_payment(delivery: Path) -> None:
    """Add a payment whose amount is no number."""
    entry = source("order_payments")
    with (delivery / entry.file).open("r+", newline="") as file:
        record = next(csv.DictReader(file)) | {"payment_value": "12,90"}
        file.seek(0, os.SEEK_END)
        csv.DictWriter(file, entry.header, lineterminator="\n").writerow(record)


def main() -> int:
    """Build into the given folder, or provide what is missing; the exit code is 1 when that fails."""
    if len(sys.argv) > 1:
        build(Path(sys.argv[1]))
        return 0
    try:
        provide()
    except BaselineError as error:
        print(f"tests: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
