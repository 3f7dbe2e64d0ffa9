"""Run other programs: their output is kept, and a failure shows its end and what to do next."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

TAIL_LINES = 25


class CommandError(RuntimeError):
    """A program failed; the message holds the command's name and the end of what it printed."""


def run(
    *command: str | Path,
    log: Path | None = None,
    text: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """What a command printed; with `log`, everything is also appended to that file. `text` goes to its input.

    Raises CommandError when the program is absent or ends with another exit code than 0.
    """
    environment = {**os.environ, **(env or {})}
    try:
        done = subprocess.run(
            [str(part) for part in command],
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if log else subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
            cwd=cwd,
            check=False,
        )
    except FileNotFoundError:
        raise CommandError(f"{command[0]} is not installed") from None
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            file.write(done.stdout)
    if done.returncode != 0:
        said = (done.stdout if log else done.stdout + done.stderr).splitlines()[-TAIL_LINES:]
        place = f" (all of it: {log})" if log else ""
        raise CommandError(f"{_name(command)} failed{place}:\n" + "\n".join(said))
    return done.stdout


def succeeds(*command: str | Path) -> bool:
    """True when the program is there and ends with exit code 0."""
    try:
        run(*command)
    except CommandError:
        return False
    return True


def _name(command: tuple[str | Path, ...]) -> str:
    # The first words tell what it was; values further back are nobody's business in an error.
    return " ".join([Path(command[0]).name, *(str(part) for part in command[1:3])])
