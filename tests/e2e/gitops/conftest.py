"""Flux on kind with both environments, three releases to deploy, and how long things took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.cluster import chart
from scripts.cluster.kind import REPOSITORY as IMAGES
from scripts.commands import CommandError, run
from scripts.docker import docker
from scripts.gitops import kind
from scripts.gitops.checkout import Checkout
from scripts.gitops.health import Cluster, complaints
from scripts.gitops.release import publish
from scripts.gitops.versions import tag_of
from tests.e2e.conftest import Done
from tests.web import serving

ROOT = Path(__file__).resolve().parents[3]
EVIDENCE = ROOT / "build" / "e2e" / "gitops.json"
WELL_SECONDS = 600

timings: dict[str, float] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how long each step took, and keep it."""
    for name, seconds in timings.items():
        terminalreporter.write_line(f"gitops: {name}: {seconds:.1f} s")
    if timings:
        EVIDENCE.parent.mkdir(parents=True, exist_ok=True)
        EVIDENCE.write_text(json.dumps(timings, indent=1) + "\n")


@dataclass(frozen=True)
class Releases:
    """Published releases by commit: two that work, and one whose image holds no Airflow."""

    good: str
    other: str
    bad: str


@dataclass(frozen=True)
class Fleet:
    """A clone of what Flux follows, and the commands that people use on it."""

    checkout: Checkout
    github: str

    def start(self, *verb: str) -> subprocess.Popen[str]:
        """Start a command of GitOps on the clone; its commit goes straight onto the main branch."""
        command = [sys.executable, "-m", "scripts.gitops", "--place", "kind", "--merge"]
        return subprocess.Popen(
            [*command, "--checkout", str(self.checkout.folder), *verb],
            cwd=ROOT,
            env={**os.environ, "GITHUB_API_URL": self.github, "GITHUB_REPOSITORY": "example/customer-360"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def do(self, *verb: str) -> None:
        """Run a command of GitOps that must succeed."""
        code, said = self.attempt(*verb)
        assert code == 0, said

    def attempt(self, *verb: str) -> tuple[int, str]:
        """The exit code of a command of GitOps and what it printed."""
        with self.start(*verb) as process:
            said, _ = process.communicate()
        return process.returncode, said

    def commits(self) -> int:
        """How many commits the main branch has."""
        self.checkout.fetch()
        return int(self.checkout.git("rev-list", "--count", self.checkout.head))


@pytest.fixture(scope="session")
def flux(done: Done) -> Iterator[None]:
    """Flux in charge of the cluster, after the undisturbed run; KEEP=1 leaves it in."""
    assert done.state == "success"
    run(sys.executable, "-m", "scripts.gitops", "up", cwd=ROOT)
    yield
    if "KEEP" not in os.environ:
        run(sys.executable, "-m", "scripts.gitops", "down", cwd=ROOT)


@pytest.fixture(scope="session")
def address(flux: None) -> Iterator[str]:
    """Where the Git server is reached from here."""
    assert flux is None
    with kind.git_server() as url:
        yield url


def clone(address: str, folder: Path) -> Checkout:
    """A clone of what Flux follows."""
    run("git", "clone", "--quiet", address, str(folder))
    for name, value in (("user.name", "Test"), ("user.email", "test@example.com")):
        run("git", "config", name, value, cwd=folder)
    return Checkout(folder)


@pytest.fixture(scope="session")
def checkout(address: str, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The clone that the tests use."""
    return clone(address, tmp_path_factory.mktemp("fleet") / "clone")


@pytest.fixture(scope="session")
def releases(checkout: Checkout) -> Releases:
    """Each is a commit of its own; the good one is what the cluster runs already."""
    good = run("git", "rev-parse", "HEAD", cwd=ROOT).strip()
    other = _commit(checkout, _set_slots)
    bad = _commit(checkout, _give_up_early)
    for name in ("airflow", "dbt"):
        _tag(f"{name}:{tag_of(good)}", f"{name}:{tag_of(other)}")
        _tag(f"{name}:{tag_of(good)}", f"{name}:{tag_of(bad)}")
    # An image that is there and starts, but holds no Airflow.
    _tag(f"dbt:{tag_of(good)}", f"airflow:{tag_of(bad)}")
    for commit in (other, bad):
        list(publish(checkout, commit, kind.REGISTRY, chart.provide(), ""))
    return Releases(good, other, bad)


@pytest.fixture(scope="session")
def fleet(checkout: Checkout, releases: Releases) -> Iterator[Fleet]:
    """GitHub is played, as it cannot be run here: every workflow of every release was green."""
    green = {
        "path": ".github/workflows/release.yml",
        "conclusion": "success",
        "status": "completed",
        "run_number": 1,
    }
    answers = {
        f"/repos/example/customer-360/actions/runs?head_sha={commit}&per_page=100": json.dumps(
            {"workflow_runs": [green]}
        ).encode()
        for commit in (releases.good, releases.other, releases.bad)
    }
    with serving(answers) as url:
        yield Fleet(checkout, url)


def _set_slots(folder: Path) -> None:
    """Give the pool other slots, so that the cluster changes."""
    values = folder / "charts" / "platform" / "values.yaml"
    text = values.read_text()
    old = next(line for line in text.splitlines() if "slots:" in line)
    values.write_text(text.replace(old, "    bigquery: {slots: 5, description: Bounds BigQuery's jobs}"))


def _give_up_early(folder: Path) -> None:
    """Wait half as long for the platform to get ready, as it never will."""
    patches = folder / "charts" / "gitops" / "kind" / "common" / "kustomization.yaml"
    patches.write_text(patches.read_text().replace("value: 90s", "value: 45s"))


def _commit(checkout: Checkout, change: Callable[[Path], None]) -> str:
    """A commit on the main branch with a change of the clone."""
    change(checkout.folder)
    checkout.git("commit", "--quiet", "--all", "--message", str(change.__doc__))
    checkout.git("push", "--quiet", "origin", "HEAD:main")
    return checkout.git("rev-parse", "HEAD").strip()


def _tag(image: str, name: str) -> None:
    docker("tag", f"{IMAGES}/{image}", f"{IMAGES}/{name}")
    docker("push", "--quiet", f"{IMAGES}/{name}")


def attempted(cluster: Cluster) -> str:
    """The release that Flux tried last in an environment; empty before the first."""
    try:
        status = cluster.get("kustomizations.kustomize.toolkit.fluxcd.io", "release").get("status", {})
    except CommandError:
        return ""
    revision: str = status.get("lastAttemptedRevision", "")
    return revision.partition("@")[0]


def is_well(cluster: Cluster, commit: str) -> bool:
    """True when an environment runs a commit's release and all of it is ready."""
    try:
        return not complaints(cluster, tag_of(commit))
    except CommandError:
        return False


def request(cluster: Cluster, kind: str, name: str) -> None:
    """Ask Flux to reconcile an object now, as `flux reconcile` does."""
    now = f"reconcile.fluxcd.io/requestedAt={time.time()}"
    cluster.kubectl("annotate", kind, name, "--overwrite", now)


def until(condition: Callable[[], bool], seconds: float = WELL_SECONDS) -> float:
    """Seconds until a condition holds. Raises TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"nothing happened in {seconds:.0f} s")
        time.sleep(0.5)
    return time.monotonic() - began
