"""Write the files derived from the source catalogue, or prove that they are up to date."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from scripts.catalogue.render import ROOT, rendered


def update() -> int:
    """Write every generated file whose text differs; return the exit code 0."""
    for path, text in rendered().items():
        if _current(path) != text:
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 0


def verify() -> int:
    """Print a diff for every stale file; return 1 if there is one, else 0."""
    stale = {path: text for path, text in rendered().items() if _current(path) != text}
    for path, text in stale.items():
        name = str(path.relative_to(ROOT))
        diff = difflib.unified_diff(
            _current(path).splitlines(), text.splitlines(), name, "sources.yaml says", lineterm=""
        )
        print("\n".join(diff))
    if stale:
        print("Stale generated files: run `make update` and commit the result.", file=sys.stderr)
    return 1 if stale else 0


def _current(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two commands; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.catalogue", description=__doc__)
    parser.add_argument("command", choices=("update", "verify"))
    command = parser.parse_args(arguments).command
    return update() if command == "update" else verify()


if __name__ == "__main__":
    sys.exit(main())
