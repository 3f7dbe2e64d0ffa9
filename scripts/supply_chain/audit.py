"""Ask whether a version that a lock file names has a known vulnerability.

Exit codes: 0 none has, 1 one has, 2 a version could not be looked up, so nobody knows; build/audit has all answers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts.progress import Progress
from scripts.supply_chain.licences import INSTALLED

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = REPOSITORY / ".venv-audit" / "bin" / "pip-audit"
BUILD = REPOSITORY / "build" / "audit"
VULNERABLE, UNKNOWN = 1, 2


@dataclass(frozen=True)
class Answer:
    """What is known of a lock file: versions looked up, vulnerabilities as (version, id, mended in), and versions that
    could not be looked up."""

    known: int
    vulnerable: tuple[tuple[str, str, str], ...]
    unknown: tuple[str, ...]


def main() -> int:
    """Ask about every lock file; the exit code."""
    argparse.ArgumentParser(prog="make audit", description=__doc__).parse_args()
    console = Console()
    BUILD.mkdir(parents=True, exist_ok=True)
    answers = {}
    with Progress(console) as progress:
        for lock in INSTALLED:
            progress.start(f"{lock}.txt")
            answers[lock] = asked(lock)
    for lock, answer in answers.items():
        for version, name, mended in answer.vulnerable:
            console.print(
                f"[red]{lock}.txt:[/] {version} has {name}, mended in {mended or 'no version yet'}",
                highlight=False,
            )
        if answer.unknown:
            console.print(
                f"[yellow]{lock}.txt:[/] {len(answer.unknown)} versions could not be looked up, such as "
                f"{answer.unknown[0]}; see {BUILD}/{lock}.log",
                highlight=False,
            )
    known, vulnerable = (
        sum(answer.known for answer in answers.values()),
        sum(len(answer.vulnerable) for answer in answers.values()),
    )
    unknown = sum(len(answer.unknown) for answer in answers.values())
    console.print(
        f"audit: {known} versions looked up, {vulnerable} vulnerabilities, {unknown} not looked up",
        highlight=False,
    )
    return VULNERABLE if vulnerable else UNKNOWN if unknown else 0


def asked(lock: str) -> Answer:
    """What the service of vulnerabilities says of a lock file."""
    answer, log = BUILD / f"{lock}.json", BUILD / f"{lock}.log"
    answer.unlink(missing_ok=True)
    requirements = REPOSITORY / "requirements" / f"{lock}.txt"
    command = [str(PROGRAM), "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command += ["--requirement", str(requirements), "--format", "json", "--output", str(answer)]
    with log.open("w") as file:
        subprocess.run(command, stdout=file, stderr=file, check=False)
    return read(json.loads(answer.read_text())) if answer.exists() else Answer(0, (), (f"all of {lock}.txt",))


def read(document: Mapping[str, Any]) -> Answer:
    """Read pip-audit's report. It calls a version that it could not look up no failure."""
    found = document["dependencies"]
    looked_up = [entry for entry in found if "skip_reason" not in entry]
    return Answer(
        len(looked_up),
        tuple(
            (
                f"{entry['name']} {entry['version']}",
                vulnerability["id"],
                ", ".join(vulnerability["fix_versions"]),
            )
            for entry in looked_up
            for vulnerability in entry["vulns"]
        ),
        tuple(entry["name"] for entry in found if "skip_reason" in entry),
    )


if __name__ == "__main__":
    sys.exit(main())
