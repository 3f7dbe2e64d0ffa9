"""Refuse what must not enter the repository: names of package hosts, paths of one machine, long or foreign files."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WORDS = {
    "a package host": re.compile(
        r"pypi\.org|pythonhosted\.org|proxy\.golang\.org|npmjs\.org|crates\.io|deb\.debian\.org",
        re.IGNORECASE,
    ),
    "a folder of one machine": re.compile(r"(?<![\w./{}$-])/(?:root|work|home|Users)/[\w.]"),
    "a folder beside the repository": re.compile(r"\.\./shared\b"),
}
# Tools that read these write the names of package hosts into them.
FOREIGN = ("uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml", "package-lock.json")
LONGEST = 400
CODE = (".py", ".sh", ".go", ".sql")


def main(arguments: list[str] | None = None) -> int:
    """Print every broken rule as `file:line: what`; the exit code is 1 when there is one."""
    parser = argparse.ArgumentParser(prog="python -m scripts.house_rules", description=__doc__)
    parser.add_argument("root", nargs="?", type=Path, default=Path(), help="a git checkout (default: here)")
    root = parser.parse_args(arguments).root
    broken = [problem for name in tracked(root) for problem in problems(root, name)]
    print("\n".join(broken), end="\n" if broken else "")
    return 1 if broken else 0


def tracked(root: Path) -> list[str]:
    """Files that git knows, or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if (root / name).is_file()]


def problems(root: Path, name: str) -> Iterator[str]:
    """The rules that one file breaks."""
    if Path(name).name in FOREIGN:
        yield f"{name}: this lock file names package hosts; use requirements/*.txt"
        return
    try:
        lines = (root / name).read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return  # a picture
    for number, line in enumerate(lines, start=1):
        for what, pattern in WORDS.items():
            if found := pattern.search(line):
                yield f"{name}:{number}: names {what}: {found[0]}"
    if name.endswith(CODE) and len(lines) > LONGEST:
        yield f"{name}:{len(lines)}: longer than {LONGEST} lines; split it"


if __name__ == "__main__":
    sys.exit(main())
