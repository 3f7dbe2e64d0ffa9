"""Check the workflows with actionlint at its pinned version, which is brought once; their shell with shellcheck."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.cluster import ClusterError, programs
from scripts.commands import CommandError

SHELLCHECK = Path(sys.executable).with_name("shellcheck")


def main(arguments: list[str] | None = None) -> int:
    """The exit code is 1 when something is wrong, or actionlint cannot be brought."""
    parser = argparse.ArgumentParser(prog="python -m scripts.actionlint", description=__doc__)
    parser.add_argument("workflows", nargs="*", type=Path, help="default: those of .github/workflows")
    chosen: list[Path] = parser.parse_args(arguments).workflows
    try:
        programs.provide("actionlint")
    except (ClusterError, CommandError) as error:
        print(f"actionlint: {error}", file=sys.stderr)
        return 1
    # No Python stands in a workflow.
    command = [str(programs.path("actionlint")), "-pyflakes=", f"-shellcheck={SHELLCHECK}", *map(str, chosen)]
    return 1 if subprocess.run(command, check=False).returncode else 0


if __name__ == "__main__":
    sys.exit(main())
