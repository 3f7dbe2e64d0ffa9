"""A repository as Flux would follow it: the real charts and models in real Git, with a remote beside."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from scripts.commands import run
from scripts.gitops import versions
from scripts.gitops.checkout import Checkout

ROOT = Path(__file__).resolve().parents[3]
IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")


@dataclass(frozen=True)
class Fleet:
    """A clone with a remote; `first` and `second` are commits of its main branch, both of which may be released."""

    checkout: Checkout
    first: str
    second: str

    def git(self, *arguments: str) -> str:
        return run("git", *IDENTITY, *arguments, cwd=self.checkout.folder).strip()

    def change(self, path: str, old: str, new: str) -> str:
        """Replace text in a file, commit and push; the commit."""
        file = self.checkout.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        self.git("commit", "--quiet", "--all", "--message", f"Change {path}")
        self.git("push", "--quiet", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def runs(self, environment: str, commit: str) -> None:
        """Let the main branch say that an environment runs a commit's release."""
        self.git("fetch", "--quiet", "origin", "main")
        self.git("reset", "--quiet", "--hard", "FETCH_HEAD")
        path = versions.path(environment)
        file = self.checkout.folder / path
        file.write_text(versions.write(file.read_text(), versions.tag_of(commit)))
        self.git("commit", "--quiet", "--message", f"Run it in {environment}", "--", path)
        self.git("push", "--quiet", "origin", "HEAD:main")
        self.checkout.fetch()

    def remote_commits(self, branch: str = "main") -> int:
        """How many commits a branch of the remote has."""
        self.git("fetch", "--quiet", "origin", branch)
        return int(self.git("rev-list", "--count", "FETCH_HEAD"))


def make(folder: Path) -> Fleet:
    """A fleet whose second commit has one more slot in a pool than its first."""
    remote, clone = folder / "remote.git", folder / "clone"
    run("git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    run("git", "init", "--quiet", "--initial-branch=main", str(clone))
    for name, value in (("user.name", "Test"), ("user.email", "test@example.com")):
        run("git", "config", name, value, cwd=clone)
    run("git", "remote", "add", "origin", str(remote), cwd=clone)
    for name in ("charts", "dbt"):
        shutil.copytree(
            ROOT / name, clone / name, ignore=shutil.ignore_patterns("target", "logs", "install.yaml")
        )
    (clone / "terraform").mkdir()
    shutil.copy(ROOT / "terraform" / "access.yaml", clone / "terraform")
    run("git", "add", "--all", cwd=clone)
    run("git", "commit", "--quiet", "--message", "First", cwd=clone)
    run("git", "push", "--quiet", "origin", "HEAD:main", cwd=clone)
    first = run("git", "rev-parse", "HEAD", cwd=clone).strip()
    fleet = Fleet(Checkout(clone), first, "")
    second = fleet.change("charts/platform/values.yaml", "slots: 4", "slots: 5")
    fleet.checkout.fetch()
    return Fleet(fleet.checkout, first, second)
