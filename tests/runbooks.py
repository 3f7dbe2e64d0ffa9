"""The commands of the runbooks, block by block."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNBOOKS = ROOT / "charts" / "platform" / "runbooks"
FENCE = re.compile(r"^```(.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
AIRFLOW = " -- airflow "


@dataclass(frozen=True)
class Block:
    """A fenced block: its runbook, what stands behind the fence, and its commands."""

    runbook: str
    kind: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Lines that call a program; words of the shell around them are none."""
        lines = (line.strip() for line in self.text.splitlines())
        return [line for line in lines if line and not line.startswith(("for ", "done"))]

    def run(self, environment: Mapping[str, str]) -> str:
        """Run the block as it stands, with what it names; what it printed. Raises AssertionError when it fails."""
        bash = [str(shutil.which("bash")), "-euo", "pipefail", "-c", self.text]
        done = subprocess.run(
            bash, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def blocks() -> Iterator[Block]:
    """Every block of every runbook."""
    for path in sorted(RUNBOOKS.glob("*.md")):
        for kind, text in FENCE.findall(path.read_text("utf-8")):
            yield Block(path.stem, kind, text)


def airflow_commands() -> list[str]:
    """What the runbooks ask of Airflow's command line, without its name."""
    return [
        command.partition(AIRFLOW)[2]
        for block in blocks()
        for command in block.commands
        if AIRFLOW in command
    ]
