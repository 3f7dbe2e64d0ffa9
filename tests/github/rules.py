"""What every workflow keeps to: each rule goes through one workflow and yields what breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# Commands that change something which a run cut in the middle would leave half done, and what guards each.
GUARDS = {
    "tf-apply": "the environment's own name",
    **dict.fromkeys(("release", "publish", "sign", "stage"), "release"),
    **dict.fromkeys(("promote", "rollback"), "production"),
}
# One line: make, one target, and variables from the environment or plain words.
COMMAND = re.compile(r'make ([a-z][a-z0-9-]*)((?: [A-Z][A-Z0-9_]*=(?:"\$[A-Z][A-Z0-9_]*"|[\w./-]+))*)')
PIN = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
KEY = re.compile(
    r"credentials_json|secrets(?!-)\b|service_account_key|private_key|PRIVATE KEY|AKIA|ghp_|github_pat_|AIza",
    re.IGNORECASE,
)
PLANNERS = [
    {
        "environment": name,
        "provider": f"${{{{ vars.{name.upper()}_PROVIDER }}}}",
        "planner": f"${{{{ vars.{name.upper()}_PLANNER }}}}",
    }
    for name in ("staging", "production")
]
# What only looks.
LOOKS = ("tf-plan", "tf-drift", "gitops-drift")
RIGHTS = {
    *(("actions", "read"), ("contents", "read"), ("contents", "write"), ("id-token", "write")),
    *(("pages", "write"), ("pull-requests", "write")),
}
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"
IDENTITIES = {
    "ci": ("${{ vars.STAGING_PROVIDER }}", "${{ vars.CI_SERVICE_ACCOUNT }}"),
    # Reads how an environment is set up, and no data.
    "planner": ("${{ matrix.provider }}", "${{ matrix.planner }}"),
    "staging": ("${{ vars.STAGING_PROVIDER }}", "${{ vars.STAGING_PLANNER }}"),
    # Variables of the job's environment, which no other job can read.
    "environment": ("${{ vars.IDENTITY_PROVIDER }}", "${{ vars.SERVICE_ACCOUNT }}"),
}


@dataclass(frozen=True)
class Workflow:
    """A workflow as it is written and as it is read."""

    name: str
    text: str

    @cached_property
    def tree(self) -> dict[str, Any]:
        # `on` is a truth value to YAML 1.1.
        found: dict[str, Any] = yaml.safe_load(self.text.replace("\non:", '\n"on":'))
        return found

    @property
    def triggers(self) -> dict[str, Any]:
        found: dict[str, Any] = self.tree["on"]
        return found

    def jobs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Jobs with steps of their own, called FILE.JOB."""
        for name, job in self.tree["jobs"].items():
            if "uses" not in job:
                yield f"{self.name}.{name}", job

    def runs_for_pull_requests(self, name: str) -> bool:
        """Whether a pull request can start a job."""
        job = self.tree["jobs"][name]
        if "pull_request" not in self.triggers or "github.event_name == 'push'" in job.get("if", ""):
            return False
        before = job.get("needs", [])
        return "always()" in job.get("if", "") or all(
            self.runs_for_pull_requests(other) for other in ([before] if isinstance(before, str) else before)
        )


def workflows() -> list[Workflow]:
    """Every workflow of the repository."""
    return [Workflow(path.stem, path.read_text()) for path in sorted((GITHUB / "workflows").iterdir())]


def problems(workflow: Workflow) -> dict[str, list[str]]:
    """What breaks each rule, by the rule's name; nothing for rules that hold."""
    found = {name: list(rule(workflow)) for name, rule in RULES.items()}
    return {name: lines for name, lines in found.items() if lines}


def pinned(workflow: Workflow) -> Iterator[str]:
    for use in re.findall(r"uses: (.*)", workflow.text):
        if not use.startswith("./.github/") and not PIN.fullmatch(use):
            yield f"{use} is not pinned by a commit with its version beside it"


def no_rights_by_default(workflow: Workflow) -> Iterator[str]:
    if workflow.tree.get("permissions") != {}:
        yield "the workflow's own permissions are not {}"


def few_rights(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.tree["jobs"].items():
        if "uses" in job and job.get("permissions") != {"contents": "read"}:
            yield f"{workflow.name}.{name}: lends more than reading"
    for name, job in workflow.jobs():
        rights = set(job.get("permissions", {"none": "declared"}).items())
        pushes = {("contents", "write")} if _target(job) in ("stage", "promote", "rollback") else set()
        signs_in = {("id-token", "write")} if _uses(job, "/auth@") or _uses(job, "/deploy-pages@") else set()
        yield from (f"{name}: {right}" for right in rights - RIGHTS)
        if ("contents", "write") in rights - pushes:
            yield f"{name}: may write into the repository, and does not push"
        if (("id-token", "write") in rights) != bool(signs_in):
            yield f"{name}: may ask for an identity exactly when it signs in"


def no_key(workflow: Workflow) -> Iterator[str]:
    yield from (f"{found} looks like a key" for found in KEY.findall(workflow.text))


def timeouts(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.jobs():
        if not 0 < job.get("timeout-minutes", 0) <= 90:
            yield f"{name}: has no end"


def concurrency(workflow: Workflow) -> Iterator[str]:
    found = workflow.tree.get("concurrency", {})
    # A called workflow has its caller's name, and would wait for it for ever.
    if not str(found.get("group", "")).startswith(workflow.name):
        yield "its group does not begin with its own name"
    cancels, changing = found.get("cancel-in-progress"), False
    for name, job in workflow.jobs():
        if _target(job) in GUARDS:
            changing = True
            own = job.get("concurrency", found).get("cancel-in-progress")
            if {own, cancels} - {False, "${{ github.event_name == 'pull_request' }}"}:
                yield f"{name}: a later run cuts what must not be cut"
    if not changing and cancels in (None, False):
        yield "an older run goes on beside a newer one"


def one_make_target(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.jobs():
        commands = [step["run"] for step in job["steps"] if "run" in step]
        if len(commands) != (0 if _uses(job, "/deploy-pages@") else 1):
            yield f"{name}: runs {len(commands)} commands"
        for command in commands:
            found = COMMAND.fullmatch(command)
            if found is None:
                yield f"{name}: {command!r} is not one make target with plain variables"
            elif found[1] not in TARGETS:
                yield f"{name}: make {found[1]} is no target"


def checkouts_keep_nothing(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.jobs():
        pushes = job.get("permissions", {}).get("contents") == "write"
        for step in job["steps"]:
            is_checkout = "actions/checkout@" in step.get("uses", "")
            if is_checkout and step.get("with", {}).get("persist-credentials") is not pushes:
                yield f"{name}: leaves its token in the checkout exactly when it pushes"


def safe_triggers(workflow: Workflow) -> Iterator[str]:
    for trigger in {"pull_request_target", "workflow_run", "issue_comment"} & workflow.triggers.keys():
        yield f"{trigger} runs with rights what others wrote"


def forks_get_no_identity(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.jobs():
        is_foreign = workflow.runs_for_pull_requests(name.partition(".")[2])
        if is_foreign and _uses(job, "/auth@") and SAME_REPOSITORY not in job.get("if", ""):
            yield f"{name}: is started for a fork, which cannot sign in"


def pull_requests_act_as_ci(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.jobs():
        if workflow.runs_for_pull_requests(name.partition(".")[2]) and "environment" in job:
            yield f"{name}: a pull request enters the environment {job['environment']}"
        kind = "environment" if "environment" in job else "planner" if _target(job) in LOOKS else "ci"
        # It looks at staging, and changes a line of a file.
        kind = "staging" if _target(job) == "promote" else kind
        if kind == "planner" and job["strategy"]["matrix"] != {"include": PLANNERS}:
            yield f"{name}: acts as another than each environment's planner"
        for step in _uses(job, "google-github-actions/auth@"):
            given = (step["with"].get("workload_identity_provider"), step["with"].get("service_account"))
            if given != IDENTITIES[kind]:
                yield f"{name}: acts as {given}, not as {IDENTITIES[kind]}"


def changes_are_guarded(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.jobs():
        target, environment = _target(job), job.get("environment")
        guard = GUARDS.get(target)
        if target == "tf-apply":
            guard = _command(job).rpartition("ENV=")[2]
        if guard is not None and environment != guard:
            yield f"{name}: make {target} waits for nobody in the environment {guard}"


def dbt_writes_datasets_of_ci_alone(workflow: Workflow) -> Iterator[str]:
    for name, job in workflow.jobs():
        chosen = dict(job.get("env", {}))
        for step in job["steps"]:
            chosen |= step.get("env", {})
        if _target(job).startswith("dbt-"):
            meant = {"C360_DBT_TARGET": "ci", "C360_PROJECT": "${{ vars.CI_PROJECT }}"}
            yield from (
                f"{name}: {key} is not {value}" for key, value in meant.items() if chosen.get(key) != value
            )
        elif "C360_DBT_TARGET" in chosen:
            yield f"{name}: builds with dbt where it should not"
        if "C360_DATASET_PREFIX" in chosen or re.search(r"olist_(?!ci_)", str(job)):
            yield f"{name}: names datasets that are not CI's"


RULES: dict[str, Callable[[Workflow], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        *(pinned, no_rights_by_default, few_rights, no_key, timeouts, concurrency, one_make_target),
        *(checkouts_keep_nothing, safe_triggers, forks_get_no_identity, pull_requests_act_as_ci),
        *(changes_are_guarded, dbt_writes_datasets_of_ci_alone),
    )
}


def _command(job: dict[str, Any]) -> str:
    return next((str(step["run"]) for step in job["steps"] if "run" in step), "")


def _target(job: dict[str, Any]) -> str:
    found = COMMAND.fullmatch(_command(job))
    return found[1] if found else ""


def _uses(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [step for step in job["steps"] if action in step.get("uses", "")]
