"""dbt in a process of its own that starts once and then builds one selection after the other.

Importing dbt and parsing the project take longer than building a small layer, so the process is started early
and waits for work. Run as a module it is that process: it takes a JSON list of arguments a line and answers
with a JSON object a line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any, Self, cast

PASSED, WARNED, FAILED = ("pass", "success"), ("warn",), ("fail", "error", "runtime error")


class DbtError(RuntimeError):
    """dbt could not run, or a model or test failed; the message lists what failed."""


@dataclass(frozen=True)
class Outcome:
    """What one dbt command did: counts of data tests, and the messages of what failed or was skipped."""

    passed: int = 0
    warned: int = 0
    failed: int = 0
    models: int = 0
    messages: tuple[str, ...] = field(default=())

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.passed + other.passed,
            self.warned + other.warned,
            self.failed + other.failed,
            self.models + other.models,
            self.messages + other.messages,
        )


class DbtSession:
    """A dbt process to send commands to; use it as a context manager.

    What dbt says goes to the file `log`, and without one to this process' own stderr. `variables` are added to the
    environment.
    """

    def __init__(
        self,
        directory: Path,
        target: str,
        target_path: Path,
        log: Path | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ):
        self._log = log or "above"
        logs = log.parent if log else target_path / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        paths = ["--project-dir", str(directory), "--profiles-dir", str(directory), "--target", target]
        common = [*paths, "--target-path", str(target_path), "--log-path", str(logs)]
        with log.open("wb") if log else nullcontext() as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, json.dumps(common)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                env={**os.environ, **variables},
            )
        self._requests = cast(IO[str], self._process.stdin)
        self._answers = cast(IO[str], self._process.stdout)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def run(self, *arguments: str) -> Outcome:
        """Run one dbt command. Raises DbtError when dbt died or anything failed."""
        found = json.loads(self._ask(json.dumps(arguments)))
        outcome = Outcome(**{**found["outcome"], "messages": tuple(found["outcome"]["messages"])})
        if not found["success"]:
            details = "\n  ".join(outcome.messages) or "no node ran"
            raise DbtError(f"dbt {' '.join(arguments[:1])} failed (log: {self._log}):\n  {details}")
        return outcome

    def _ask(self, line: str) -> str:
        try:
            print(line, file=self._requests, flush=True)
        except BrokenPipeError:
            raise DbtError(f"dbt ended by itself; see {self._log}") from None
        answer = self._answers.readline()
        if not answer:
            raise DbtError(f"dbt ended by itself; see {self._log}")
        return answer

    def close(self) -> None:
        """End the process."""
        with suppress(BrokenPipeError):  # dbt may have died with a request unread
            self._requests.close()
        self._answers.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A command that failed is over; any other error may have come in the middle of one.
        if error is not None and not isinstance(error, DbtError):
            self._process.kill()
        self.close()


def _serve(common: Sequence[str]) -> None:
    # dbt writes to stdout; the answers keep it for themselves.
    answers, sys.stdout = sys.stdout, sys.stderr
    from dbt.cli.main import dbtRunner

    parsed = dbtRunner().invoke(["parse", *common])
    runner = dbtRunner(manifest=parsed.result if parsed.success else None)  # type: ignore[arg-type]
    for line in sys.stdin:
        result = runner.invoke([*json.loads(line), *common])
        outcome = _outcome(result.result, result.exception)
        print(json.dumps({"success": result.success, "outcome": outcome}), file=answers, flush=True)


def _outcome(result: Any, exception: BaseException | None) -> dict[str, Any]:
    nodes = list(getattr(result, "results", None) or ())
    tests = [node for node in nodes if node.node.resource_type in ("test", "unit_test")]
    messages = [f"{node.node.name}: {node.message}" for node in nodes if node.status in FAILED]
    if exception is not None:
        messages.append(f"{type(exception).__name__}: {exception}")
    return {
        "passed": sum(node.status in PASSED for node in tests),
        "warned": sum(node.status in WARNED for node in tests),
        "failed": sum(node.status in FAILED for node in tests),
        "models": len(nodes) - len(tests),
        "messages": messages,
    }


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
