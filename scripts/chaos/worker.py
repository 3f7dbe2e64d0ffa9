"""A run of the pipeline in a process of its own, so that it can be killed with all that it started.

Run as a module it is that process: it prints each step that begins, a line each, and the number of its dbt process.
"""

from __future__ import annotations

import argparse
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from customer360.dbt_session import DbtSession
from customer360.settings import from_environment
from scripts.demo.pipeline import Pipeline, Run

DAY = "2018-12-31"
STEP, DBT = "step ", "dbt pid "
RUN_SECONDS = 300.0


class EndedError(RuntimeError):
    """The run ended, or stood still, before the step that was waited for."""


class Worker:
    """A started run; `environment` is added to this process' own, and `folder` takes what dbt writes.

    With `raw_only` it ends after the load, and no dbt is started.
    """

    def __init__(
        self,
        source: Path,
        run_id: str,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        *,
        raw_only: bool = False,
    ):
        self.log = log
        self._began: queue.Queue[str] = queue.Queue()
        self._dbt = 0
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", __name__, str(source), run_id, str(folder)),
                    *(["--raw-only"] if raw_only else []),
                ],
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in cast(IO[str], self._process.stdout):
            if line.startswith(DBT):
                self._dbt = int(line.removeprefix(DBT))
            if line.startswith(STEP):
                self._began.put(line.removeprefix(STEP).strip())
        self._began.put("")

    def wait_for(self, step: str) -> None:
        """Wait until a step begins. Raises EndedError."""
        with suppress(queue.Empty):
            while began := self._began.get(timeout=RUN_SECONDS):
                if began == step:
                    return
        raise EndedError(f"the run did not come to {step}; see {self.log}")

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end for so long; False when the run still goes on."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll() is not None

    def finish(self) -> bool:
        """Wait for the end; True when all went well. A run that stands still is killed and went wrong."""
        self.ends_within(RUN_SECONDS)
        self.end()
        return self._process.returncode == 0

    def end(self) -> None:
        """Kill the run where it still goes on."""
        with suppress(EndedError):
            self.kill()

    def kill(self) -> None:
        """Kill the run and what it started, without a word. Raises EndedError when it was over."""
        if self.ends_within(0):
            raise EndedError("the run was over before it could be killed")
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill_dbt(self) -> None:
        """Kill the dbt process alone. Raises EndedError when it was over."""
        try:
            os.kill(self._dbt, signal.SIGKILL)
        except ProcessLookupError:
            raise EndedError("dbt was over before it could be killed") from None

    def last_words(self) -> str:
        """The last line of the log, cut."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:160] if lines else ""

    def is_gone(self) -> bool:
        """True when no process of the run is left a moment after its end."""
        for _ in range(20):
            if not _members(self._process.pid):
                return True
            time.sleep(0.1)
        return False


def _members(group: int) -> list[str]:
    """The processes of a group that are not zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, its_group, *_ = stat.read_text().rpartition(")")[2].split()
            if int(its_group) == group and state not in "ZX":
                found.append(stat.parent.name)
    return found


def main() -> None:
    """Run the pipeline. Raises the error of the step that failed."""
    parser = argparse.ArgumentParser(prog=f"python -m {__name__}", description=__doc__)
    parser.add_argument("source", help="folder of the delivery")
    parser.add_argument("run_id")
    parser.add_argument("folder", type=Path, help="where dbt may write")
    parser.add_argument("--raw-only", action="store_true", help="end after the load")
    arguments = parser.parse_args()
    settings = from_environment()
    pipeline = Pipeline(settings, Run(arguments.run_id, DAY), lambda step: print(f"{STEP}{step}", flush=True))
    if arguments.raw_only:
        pipeline.create_datasets()
        pipeline.load_raw(arguments.source)
        return
    with DbtSession(
        settings.dbt_directory, settings.dbt_target, arguments.folder / "target", arguments.folder / "dbt.out"
    ) as dbt:
        print(f"{DBT}{dbt.pid}", flush=True)
        pipeline.create_datasets()
        pipeline.execute(arguments.source, dbt)


if __name__ == "__main__":
    main()
