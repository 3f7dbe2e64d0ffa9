"""The repository that Flux follows: read it at any commit, and change one file of it by one commit."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from scripts.commands import CommandError, run
from scripts.gitops import GitOpsError

MAIN = "main"


@dataclass(frozen=True)
class Checkout:
    """A clone of the repository, and the remote whose main branch Flux follows."""

    folder: Path
    remote: str = "origin"

    @property
    def head(self) -> str:
        """The remote's main branch as last fetched."""
        return f"{self.remote}/{MAIN}"

    def git(self, *arguments: str) -> str:
        """What a git command printed. Raises CommandError."""
        return run("git", *arguments, cwd=self.folder)

    def fetch(self) -> None:
        """Know the remote's main branch as it is now. Raises GitOpsError."""
        try:
            self.git("fetch", "--quiet", self.remote, f"+refs/heads/{MAIN}:refs/remotes/{self.head}")
        except CommandError as error:
            raise GitOpsError(f"{self.remote} does not answer; nothing was changed\n{error}") from error

    def require_clean(self) -> None:
        """Raises GitOpsError when files here differ from their commit: they would not go along."""
        if changed := self.git("status", "--porcelain").rstrip():
            raise GitOpsError(f"commit or stash these first, as only commits are released:\n{changed}")

    def commit(self, name: str) -> str:
        """The full name of a commit. Raises GitOpsError when it is not here."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
        except CommandError:
            raise GitOpsError(f"there is no commit {name} here: fetch it, or correct it") from None

    def read(self, commit: str, path: str) -> str:
        """A file as it is at a commit. Raises GitOpsError."""
        try:
            return self.git("show", f"{commit}:{path}")
        except CommandError:
            raise GitOpsError(f"{commit} has no {path}") from None

    def history(self, path: str) -> list[str]:
        """The commits of the main branch that changed a file, the newest first."""
        return self.git("log", "--format=%H", self.head, "--", path).split()

    @contextmanager
    def tree(self, commit: str, *paths: str) -> Iterator[Path]:
        """A folder with some paths as they are at a commit. Raises CommandError."""
        command = ["git", "archive", commit, "--", *paths]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
        if done.returncode != 0:
            raise CommandError(f"git archive failed:\n{done.stderr.decode()}")
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
                archive.extractall(folder, filter="data")
            yield Path(folder)

    @contextmanager
    def worktree(self, commit: str) -> Iterator[Path]:
        """A second checkout of the repository at a commit. Raises CommandError."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "tree"
            self.git("worktree", "add", "--quiet", "--detach", str(place), commit)
            try:
                yield place
            finally:
                self.git("worktree", "remove", "--force", str(place))

    def differs(self, before: str, after: str, *paths: str) -> bool:
        """True when one of the paths is not the same at two commits."""
        return bool(self.git("diff", "--name-only", before, after, "--", *paths).strip())

    def push_change(self, path: str, text: str, message: str, branch: str) -> bool:
        """Put one commit on top of the main branch that gives a file this text, and push it as `branch`.

        False when the branch has moved on meanwhile; nothing here changes, whatever comes of it. Raises CommandError.
        """
        with self.worktree(self.head) as place:
            (place / path).write_text(text)
            run("git", "commit", "--quiet", "--message", message, "--", path, cwd=place)
            commit = run("git", "rev-parse", "HEAD", cwd=place).strip()
        # A branch of a promotion is made anew; the main branch only ever grows.
        lease = [] if branch == MAIN else ["--force"]
        try:
            self.git("push", "--quiet", *lease, self.remote, f"{commit}:refs/heads/{branch}")
        except CommandError as error:
            if any(
                word in str(error)
                for word in ("non-fast-forward", "fetch first", "cannot lock ref", "stale info")
            ):
                return False
            raise
        return True
