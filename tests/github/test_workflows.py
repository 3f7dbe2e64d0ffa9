"""The workflows of GitHub keep to the rules beside this file, and each rule finds what is planted against it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import actionlint
from tests.github.rules import COMMAND, GITHUB, ROOT, RULES, Workflow, pinned, problems, workflows

WORKFLOWS = {workflow.name: workflow for workflow in workflows()}
NAMES = ("ci", "dbt-ci", "docs", "drift", "e2e", "promote", "qa", "release", "terraform")
AUTH_CI = "service_account: ${{ vars.CI_SERVICE_ACCOUNT }}"
FORK = " && github.event.pull_request.head.repo.full_name == github.repository"
# What is planted where: the rule that must find it, the workflow, what stands there, and what is put in its place.
PLANTED = [
    ("pinned", "ci", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"),
    ("pinned", "ci", " # v7.0.1", ""),
    ("pinned", "ci", "./.github/actions/setup", "somebody/setup@main"),
    ("no_rights_by_default", "e2e", "permissions: {}", "permissions: read-all"),
    ("few_rights", "ci", "contents: read", "contents: write"),
    ("few_rights", "ci", "contents: read # the checkout", "{contents: read, packages: write}"),
    ("few_rights", "ci", "    permissions:\n      contents: read # the checkout\n    steps", "    steps"),
    ("few_rights", "ci", "contents: read # the checkout", "id-token: write"),
    ("few_rights", "release", "contents: read # the checkout\n    uses", "contents: write\n    uses"),
    ("few_rights", "dbt-ci", "id-token: write", "pages: write"),
    ("no_key", "dbt-ci", AUTH_CI, "credentials_json: x"),
    ("no_key", "terraform", "${{ github.token }}", "${{ secrets.TOKEN }}"),
    ("timeouts", "ci", "    timeout-minutes: 20\n", ""),
    ("timeouts", "ci", "timeout-minutes: 20", "timeout-minutes: 360"),
    ("concurrency", "ci", "group: ci-", "group: ${{ github.workflow }}-"),
    ("concurrency", "docs", "cancel-in-progress: true", "cancel-in-progress: false"),
    ("concurrency", "release", "cancel-in-progress: false", "cancel-in-progress: true"),
    ("concurrency", "promote", "cancel-in-progress: false", "cancel-in-progress: true"),
    ("concurrency", "terraform", "${{ github.event_name == 'pull_request' }}", "true"),
    (
        "concurrency",
        "terraform",
        "terraform-staging, cancel-in-progress: false",
        "x, cancel-in-progress: true",
    ),
    ("one_make_target", "ci", "run: make lint\n", "run: make lint && make test\n"),
    ("one_make_target", "ci", "run: make lint\n", "run: make lint\n      - run: make test\n"),
    ("one_make_target", "ci", "run: make lint\n", "run: make polish\n"),
    ("one_make_target", "dbt-ci", '"$PR"', "${{ github.event.pull_request.title }}"),
    ("one_make_target", "docs", "      - run: make docs\n", ""),
    ("checkouts_keep_nothing", "ci", "with: {persist-credentials: false}", "with: {fetch-depth: 0}"),
    ("checkouts_keep_nothing", "ci", "persist-credentials: false", "persist-credentials: true"),
    ("safe_triggers", "ci", "  pull_request:", "  pull_request_target:"),
    ("safe_triggers", "ci", "  pull_request:", "  workflow_run:"),
    ("forks_get_no_identity", "terraform", FORK, ""),
    ("forks_get_no_identity", "dbt-ci", f"always(){FORK}", "always()"),
    ("pull_requests_act_as_ci", "terraform", "{{ matrix.planner }}", "{{ vars.SERVICE_ACCOUNT }}"),
    (
        "pull_requests_act_as_ci",
        "terraform",
        "{{ vars.PRODUCTION_PLANNER }}",
        "{{ vars.PRODUCTION_ACCOUNT }}",
    ),
    ("pull_requests_act_as_ci", "dbt-ci", AUTH_CI, "service_account: ${{ vars.PRODUCTION_PLANNER }}"),
    (
        "pull_requests_act_as_ci",
        "dbt-ci",
        AUTH_CI,
        "service_account: terraform@customer-360-production.example",
    ),
    (
        "pull_requests_act_as_ci",
        "terraform",
        "    name: plan\n",
        "    name: plan\n    environment: production\n",
    ),
    ("pull_requests_act_as_ci", "terraform", "if: github.event_name == 'push'", "if: always()"),
    ("changes_are_guarded", "terraform", "    environment: production #", "    #"),
    ("changes_are_guarded", "terraform", "make tf-apply ENV=staging", "make tf-apply ENV=production"),
    ("changes_are_guarded", "promote", "    environment: production\n", ""),
    ("changes_are_guarded", "release", "    environment: release\n", ""),
    ("changes_are_guarded", "release", "    needs: signature\n    environment: release\n", ""),
    ("pull_requests_act_as_ci", "promote", "vars.STAGING_PLANNER", "vars.SERVICE_ACCOUNT"),
    ("dbt_writes_datasets_of_ci_alone", "dbt-ci", "C360_DBT_TARGET: ci", "C360_DBT_TARGET: prod"),
    ("dbt_writes_datasets_of_ci_alone", "dbt-ci", "vars.CI_PROJECT", "vars.PROJECT"),
    ("dbt_writes_datasets_of_ci_alone", "dbt-ci", "C360_DBT_TARGET: ci", "C360_DATASET_PREFIX: olist"),
    ("dbt_writes_datasets_of_ci_alone", "ci", "make demo", "make demo PREFIX=olist_marts"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rule", RULES)
def test_a_workflow_keeps_to_every_rule(name: str, rule: str) -> None:
    assert list(RULES[rule](WORKFLOWS[name])) == []


@pytest.mark.parametrize(("rule", "name", "old", "new"), PLANTED)
def test_what_is_planted_against_a_rule_is_found(rule: str, name: str, old: str, new: str) -> None:
    text = WORKFLOWS[name].text
    assert old in text
    assert rule in problems(Workflow(name, text.replace(old, new, 1)))


def test_every_rule_has_something_planted_against_it() -> None:
    assert {planted[0] for planted in PLANTED} == set(RULES)


def test_there_is_no_workflow_beside_these() -> None:
    assert tuple(WORKFLOWS) == NAMES


def test_a_job_of_main_alone_is_not_taken_for_one_of_pull_requests() -> None:
    terraform = WORKFLOWS["terraform"]
    assert {name: terraform.runs_for_pull_requests(name) for name in terraform.tree["jobs"]} == {
        "test": True,
        "plan": True,
        "comment": True,
        "staging": False,
        "production": False,
    }


@pytest.mark.parametrize(
    "command",
    [
        "make",
        "make a b",
        "make a\nmake b",
        "make a; b",
        "make a B=$(c)",
        "make a B=$C",
        'make a B="${{ c }}"',
        "a",
    ],
)
def test_what_is_more_than_a_make_target_is_not_taken_for_one(command: str) -> None:
    assert COMMAND.fullmatch(command) is None


def test_actions_of_our_own_are_pinned_too() -> None:
    for path in (GITHUB / "actions").glob("*/action.yml"):
        assert list(pinned(Workflow(path.parent.name, path.read_text()))) == []


def test_an_action_has_one_pin_everywhere() -> None:
    texts = [path.read_text() for path in GITHUB.rglob("*.yml")]
    pins = {found for text in texts for found in re.findall(r"uses: ([\w.-]+/[\w./-]+)@(\w+)", text)}
    assert len(pins) == len({action for action, _ in pins})


def test_a_release_waits_for_the_very_checks_of_a_pull_request() -> None:
    jobs = WORKFLOWS["release"].tree["jobs"]
    assert jobs["images"]["needs"] == ["ci", "e2e"]
    assert [jobs[name]["uses"] for name in ("ci", "e2e")] == [
        "./.github/workflows/ci.yml",
        "./.github/workflows/e2e.yml",
    ]


def test_ci_may_write_no_dataset_but_its_own() -> None:
    matrix = yaml.safe_load((ROOT / "terraform/access.yaml").read_text())["matrix"]
    assert set(matrix["ci"]["datasets"]) == {"ci_main"}
    assert set(matrix["ci"]) == {"datasets", "project"}


def test_images_are_pushed_where_terraform_makes_the_registry() -> None:
    (login,) = (
        step
        for step in WORKFLOWS["release"].tree["jobs"]["images"]["steps"]
        if "docker/login" in step.get("uses", "")
    )
    (location,) = re.findall(
        r'registry = \{ location = "(\w+)"', (ROOT / "terraform/registry.tf").read_text()
    )
    assert login["with"]["registry"] == f"{location}-docker.pkg.dev"


def test_the_readme_has_a_row_for_every_workflow() -> None:
    rows = re.findall(r"^\| \[([a-z0-9-]+)\.yml\]", (GITHUB / "README.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(NAMES)


def test_the_readme_names_every_variable_that_a_workflow_reads() -> None:
    read = {found for workflow in WORKFLOWS.values() for found in re.findall(r"vars\.(\w+)", workflow.text)}
    assert read == set(re.findall(r"^\| `(\w+)` \|", (GITHUB / "README.md").read_text(), re.MULTILINE))


def test_the_owners_own_what_is_there() -> None:
    lines = (GITHUB / "CODEOWNERS").read_text().splitlines()
    owned = [line.split()[0] for line in lines if line.startswith("/")]
    assert [place for place in owned if not (ROOT / place.lstrip("/")).exists()] == []


def test_actionlint_finds_what_github_would_refuse(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    workflow = tmp_path / "bad.yml"
    workflow.write_text(WORKFLOWS["docs"].text.replace("needs: build", "needs: built"))
    assert actionlint.main([str(workflow)]) == 1
    assert 'needs job "built" which does not exist' in capfd.readouterr().out


def test_zizmor_finds_a_title_that_reaches_a_shell(tmp_path: Path) -> None:
    workflow = tmp_path / "bad.yml"
    workflow.write_text(WORKFLOWS["dbt-ci"].text.replace('"$PR"', "${{ github.event.pull_request.title }}"))
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--quiet", "--offline", "--persona", "auditor", str(workflow)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "template-injection" in done.stdout
