"""A git repository with a copy of this dbt project, to change and to compare with its first commit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GIT = ("git", "-c", "user.name=Ana", "-c", "user.email=ana@example.com")


class Checkout:
    """A repository with one commit, `main`, to edit the files of."""

    def __init__(self, root: Path):
        self.root = root
        self.project = root / "dbt"
        shutil.copytree(ROOT / "dbt", self.project, ignore=shutil.ignore_patterns("target", "logs"))
        (root / "terraform").mkdir()
        shutil.copy(ROOT / "terraform" / "access.yaml", root / "terraform")
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit()

    def reset(self) -> None:
        """Back to the first commit; what a build wrote stays."""
        self.git("checkout", "--quiet", "--force", "main")
        self.git("clean", "--quiet", "-dfx", "--exclude=build")

    def git(self, *arguments: str) -> str:
        command = [*GIT, "-C", str(self.root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def replace(self, file: str, old: str, new: str) -> None:
        """Put another text in the place of one that is there."""
        path = self.project / file
        assert old in path.read_text(), f"{file} has no {old!r}"
        path.write_text(path.read_text().replace(old, new))

    def write(self, file: str, text: str) -> None:
        (self.project / file).write_text(text)

    def remove(self, *files: str) -> None:
        for file in files:
            (self.project / file).unlink()

    def commit(self) -> str:
        """Commit everything; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Change the project")
        return self.git("rev-parse", "HEAD")
