"""Plan the cloud side, without a cloud or with it, apply it, and bring what it knows to charts and documentation."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from scripts.commands import CommandError
from scripts.progress import Progress
from scripts.terraform import TerraformError, access, cloud, comment, docs, program, registry, values
from scripts.terraform.workspace import ENVIRONMENTS, Workspace

console = Console()


def main(arguments: list[str] | None = None) -> int:
    """The exit code is 1 when something is wrong, with a line for each problem."""
    options = _parser().parse_args(arguments)
    try:
        problems: list[str] = options.run(options)
    except (CommandError, TerraformError) as error:
        print(f"terraform: {error}", file=sys.stderr)
        return 1
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.terraform", description=__doc__)
    verbs = parser.add_subparsers(required=True)

    verb = verbs.add_parser("plans", help="write the plan of every environment as JSON")
    verb.add_argument("folder", type=Path)
    verb.set_defaults(run=write_plans)

    verb = verbs.add_parser("values", help="write what Terraform knows into the charts' values")
    verb.add_argument("environment", choices=ENVIRONMENTS)
    verb.add_argument(
        "--outputs", type=Path, help="what `terraform output -json` printed (default: the plan's)"
    )
    verb.set_defaults(run=write_values)

    verb = verbs.add_parser("docs", help="write the tables of inputs and outputs in terraform/README.md")
    verb.set_defaults(run=write_docs)

    verb = verbs.add_parser("access", help="hold a plan of yours against the table of access")
    verb.add_argument("plan", type=Path, help="what `terraform show -json PLAN` printed")
    verb.set_defaults(run=lambda options: access.problems(json.loads(options.plan.read_text())))

    for name, run, text in (
        ("plan", plan, "plan an environment against its state, and write it for people"),
        ("apply", apply, "plan an environment and make the plan true"),
        ("drift", drift, "fail with the difference when the cloud is not as the configuration says"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("environment", choices=ENVIRONMENTS)
        verb.set_defaults(run=run)

    verb = verbs.add_parser("comment", help="put the plans that `plan` wrote into a pull request (needs gh)")
    verb.add_argument("pull_request", type=int)
    verb.set_defaults(run=write_comment)
    return parser


def plan(options: argparse.Namespace) -> list[str]:
    """The plan of an environment; a grant that the table of access does not have is a problem."""
    place = cloud.connect(options.environment)
    place.plan()
    print(shown := place.shown())
    print(f"terraform: wrote {comment.write(options.environment, shown, cloud.BUILD)}")
    return place.grants()


def apply(options: argparse.Namespace) -> list[str]:
    """The plan of an environment made true, unless it grants otherwise than the table of access."""
    place = cloud.connect(options.environment)
    is_changed = place.plan(lock=True)
    print(place.shown())
    problems = place.grants()
    if is_changed and not problems:
        print(place.apply())
    return problems


def drift(options: argparse.Namespace) -> list[str]:
    """What somebody changed by hand, or what waits to be applied."""
    place = cloud.connect(options.environment)
    if not place.plan():
        print(f"terraform: {options.environment} is as the configuration says")
        return []
    return [
        place.shown(),
        f"terraform: {options.environment} differs; apply, or bring the change into terraform/",
    ]


def write_comment(options: argparse.Namespace) -> list[str]:
    """The plans in a pull request."""
    print(comment.publish(options.pull_request, cloud.BUILD))
    return []


def write_plans(options: argparse.Namespace) -> list[str]:
    """The plan of every environment, as `terraform show -json` has it."""
    options.folder.mkdir(parents=True, exist_ok=True)
    with Progress(console) as progress, _workspace(progress) as workspace:
        for environment in ENVIRONMENTS:
            progress.start(f"plan of {environment}")
            file = options.folder / f"{environment}.json"
            file.write_text(json.dumps(workspace.plan(environment)))
            progress.result(f"plan of {environment}: {file}")
    return []


def write_values(options: argparse.Namespace) -> list[str]:
    """The charts' values of an environment, from the outputs of its plan."""
    if options.outputs:
        facts = values.applied_values(json.loads(options.outputs.read_text()))
    else:
        with Progress(console) as progress, _workspace(progress) as workspace:
            progress.start(f"plan of {options.environment}")
            facts = values.chart_values(workspace.plan(options.environment))
    changed = [entry for entry in values.files(options.environment, facts) if entry[1] != entry[2]]
    for path, _, after in changed:
        path.write_text(after)
        print(f"terraform: wrote {path}")
    if not changed:
        print("terraform: the charts' values are up to date")
    return []


def write_docs(options: argparse.Namespace) -> list[str]:
    """The tables of the README."""
    del options
    before, after = docs.documented()
    docs.README.write_text(after)
    print(f"terraform: {docs.README} {'is up to date' if before == after else 'written'}")
    return []


@contextmanager
def _workspace(progress: Progress) -> Iterator[Workspace]:
    progress.start("terraform")
    terraform = program.provide()
    progress.result(str(terraform))
    progress.start("providers")
    providers = registry.provide()
    progress.result(str(providers))
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), terraform.path, providers.environment)
        workspace.init()
        yield workspace


if __name__ == "__main__":
    sys.exit(main())
