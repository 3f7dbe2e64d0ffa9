"""From a commit to production: publish a release, stage it, promote it, take it back, and look.

Exit codes: 0 done, or nothing to do; 1 refused or failed, and nothing was changed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from scripts.cluster import ClusterError, chart, programs
from scripts.cluster.status import require
from scripts.commands import CommandError
from scripts.gitops import ENVIRONMENTS, GitOpsError, kind, versions
from scripts.gitops.checkout import Checkout
from scripts.gitops.health import Cluster, complaints
from scripts.gitops.promote import Change, promote, rollback, stage
from scripts.gitops.release import Registry, publish
from scripts.images import sources

PLACES = ("google", "kind")


def main() -> int:
    """Run one verb; the exit code."""
    arguments = _arguments()
    console = Console()
    try:
        for program in ("helm", "kubectl"):
            with console.status(program):
                programs.provide(program)
        return VERBS[arguments.verb](arguments, console)
    except (GitOpsError, ClusterError, CommandError) as error:
        console.print(f"[bold red]{arguments.verb}[/] {error}", highlight=False)
        return 1


def _publish(arguments: argparse.Namespace, console: Console) -> int:
    checkout = _checkout(arguments)
    commit = checkout.commit(arguments.commit)
    for line in publish(checkout, commit, _registry(arguments), chart.provide(), sources.address()):
        console.print(line, highlight=False)
    return 0


def _stage(arguments: argparse.Namespace, console: Console) -> int:
    return stage(_change(arguments, console), arguments.commit, _registry(arguments))


def _promote(arguments: argparse.Namespace, console: Console) -> int:
    # kind has no workflows of its own, unless a test plays them.
    checks_ci = arguments.place != "kind" or "GITHUB_API_URL" in os.environ
    source = _cluster(arguments, arguments.source)
    return promote(_change(arguments, console), arguments.source, source, checks_ci)


def _rollback(arguments: argparse.Namespace, console: Console) -> int:
    return rollback(_change(arguments, console))


def _drift(arguments: argparse.Namespace, console: Console) -> int:
    checkout = _checkout(arguments)
    checkout.fetch()
    tag = versions.current(checkout, arguments.to)
    found = complaints(_cluster(arguments, arguments.to), tag)
    console.print("\n".join(found) or f"{arguments.to} runs {tag} and is well", highlight=False)
    return 1 if found else 0


def _up(_arguments: argparse.Namespace, console: Console) -> int:
    kind.up(console)
    return 0


def _down(_arguments: argparse.Namespace, console: Console) -> int:
    kind.down(console)
    return 0


VERBS: dict[str, Callable[[argparse.Namespace, Console], int]] = {
    "publish": _publish,
    "stage": _stage,
    "promote": _promote,
    "rollback": _rollback,
    "drift": _drift,
    "up": _up,
    "down": _down,
}


def _checkout(arguments: argparse.Namespace) -> Checkout:
    return Checkout(arguments.checkout, arguments.remote)


def _change(arguments: argparse.Namespace, console: Console) -> Change:
    return Change(_checkout(arguments), arguments.to, console, chart.provide(), arguments.merge)


def _registry(arguments: argparse.Namespace) -> Registry:
    if arguments.place == "kind":
        return kind.REGISTRY
    address = os.environ.get("C360_REGISTRY")
    if not address:
        raise GitOpsError("set C360_REGISTRY to where the images are: Terraform's output `registry`")
    return Registry(address)


def _cluster(arguments: argparse.Namespace, environment: str) -> Cluster:
    if arguments.place == "kind":
        require()
        return kind.cluster(environment)
    return Cluster(context=arguments.context)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.gitops", description=__doc__)
    parser.add_argument(
        "--place", choices=PLACES, default="google", help="where it runs (default: %(default)s)"
    )
    parser.add_argument(
        "--checkout", type=Path, default=Path(), help="a clone of the repository (default: here)"
    )
    parser.add_argument(
        "--remote", default="origin", help="whose main branch Flux follows (default: %(default)s)"
    )
    parser.add_argument(
        "--context", default="", help="kubectl's context of a cluster (default: the current one)"
    )
    parser.add_argument("--merge", action="store_true", help="push to the main branch, not to one for review")
    verbs = parser.add_subparsers(dest="verb", required=True)
    publisher = verbs.add_parser(
        "publish", help="push charts and values of a commit; its images are there already"
    )
    publisher.add_argument("--commit", default="HEAD", help="default: %(default)s")
    stager = verbs.add_parser("stage", help="let staging run a published release")
    stager.add_argument("--commit", default="HEAD", help="default: %(default)s")
    stager.add_argument("--to", choices=ENVIRONMENTS, default="staging", help="default: %(default)s")
    promoter = verbs.add_parser("promote", help="let one environment run what another runs, if that is well")
    promoter.add_argument(
        "--from", dest="source", choices=ENVIRONMENTS, default="staging", help="default: %(default)s"
    )
    promoter.add_argument("--to", choices=ENVIRONMENTS, default="production", help="default: %(default)s")
    for verb, text in (
        ("rollback", "let an environment run what it ran before"),
        ("drift", "say what an environment runs that is not what it should"),
    ):
        verbs.add_parser(verb, help=text).add_argument("--to", choices=ENVIRONMENTS, required=True)
    verbs.add_parser("up", help="kind alone: put Flux in charge of both environments")
    verbs.add_parser("down", help="kind alone: take Flux and staging out again")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
