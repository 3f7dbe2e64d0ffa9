"""Runbooks: one for each alert, and commands that would do what they say when someone is in a hurry."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from customer360 import tasks
from customer360.catalogue import files_delivered
from customer360.settings import Settings
from customer360.warehouse import Warehouse
from scripts.generate import generate
from tests.charts.test_monitoring import ALERTS, dashed
from tests.programs import program
from tests.runbooks import RUNBOOKS, Block, blocks

ROOT = Path(__file__).parents[2]
# Who a kind of block may call. What asks for a cloud no test can run; the README says so.
CALLS = {
    "sh sandbox": {"make"},
    "sh cluster": {"kubectl", "make"},
    "sh gke": {"kubectl", "make"},
    "sh google": {"bq", "gcloud"},
}
PROCEDURES = {"restore-from-backup", "backfill-a-range", "rotate-the-hash-key", "erase-a-person"}
NOT_A_RUNBOOK = {"README"}
BLOCKS = list(blocks())
each_block = pytest.mark.parametrize(
    "block", BLOCKS, ids=[f"{block.runbook}-{index}" for index, block in enumerate(BLOCKS)]
)


def commands(program_name: str) -> list[str]:
    """Every command that calls a program."""
    return [line for block in BLOCKS for line in block.commands if shlex.split(line)[0] == program_name]


def test_there_is_a_runbook_for_each_alert_and_procedure_and_no_other() -> None:
    found = {path.stem for path in RUNBOOKS.glob("*.md")} - NOT_A_RUNBOOK

    assert found == {dashed(alert) for alert in ALERTS} | PROCEDURES


def test_the_index_lists_every_runbook_and_each_alert_with_its_severity() -> None:
    index = (RUNBOOKS / "README.md").read_text()

    assert all(
        f"| [{alert}]({dashed(alert)}.md) | {rule['labels']['severity']} |" in index
        for alert, rule in ALERTS.items()
    )
    assert all(name in index for name in PROCEDURES)


@pytest.mark.parametrize("alert", ALERTS)
def test_a_runbook_goes_from_the_symptom_to_the_proof(alert: str) -> None:
    text = (RUNBOOKS / f"{dashed(alert)}.md").read_text()

    assert text.startswith(f"# {alert}\n")
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Symptom", "Check", "Fix", "Verify"]


@each_block
def test_a_block_says_what_it_needs_and_calls_nothing_else(block: Block) -> None:
    assert block.kind in CALLS
    assert {shlex.split(command)[0] for command in block.commands} <= CALLS[block.kind]


@each_block
def test_a_block_is_sound_for_the_shell(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "block.sh"
    names = set(re.findall(r"\$([A-Z_]+)", block.text))
    script.write_text("".join(f': "${{{name}:?}}"\n' for name in sorted(names)) + block.text)
    command = [str(ROOT / ".venv/bin/shellcheck"), "--shell=bash", str(script)]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


def test_every_target_and_variable_of_make_is_real() -> None:
    makefile = (ROOT / "Makefile").read_text()
    prose = [
        line for path in RUNBOOKS.glob("*.md") for line in re.findall(r"`(make [^`]+)`", path.read_text())
    ]
    named = [shlex.split(command)[1:] for command in (*commands("make"), *prose)]

    assert named
    for target, *settings in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
        assert {entry.partition("=")[0] for entry in settings} <= set(
            re.findall(r"\$\((?:if \$\()?([A-Z]+)", makefile)
        )


def kubectl(command: str, folder: Path) -> str:
    """What kubectl says of a command where no cluster answers."""
    config = {
        "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}],
        "contexts": [{"name": "none", "context": {"cluster": "none", "user": ""}}],
        "current-context": "none",
    }
    (folder / "config").write_text(json.dumps(config))
    words = [re.sub(r"\$[A-Z_]+", "value", word) for word in shlex.split(command)[1:]]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "KUBECONFIG": str(folder / "config")}
    return subprocess.run(
        [program("kubectl"), *words], capture_output=True, text=True, check=False, env=environment
    ).stderr


@pytest.mark.parametrize("command", sorted(set(commands("kubectl"))))
def test_kubectl_takes_a_command_as_far_as_the_cluster(command: str, tmp_path: Path) -> None:
    assert "was refused" in kubectl(command, tmp_path)


@pytest.mark.parametrize(
    ("command", "problem"),
    [("kubectl get pods --namepsace x", "unknown flag"), ("kubectl reboot pod", "unknown command")],
)
def test_a_command_that_kubectl_does_not_know_is_found(command: str, problem: str, tmp_path: Path) -> None:
    said = kubectl(command, tmp_path)

    assert problem in said
    assert "was refused" not in said


def run_block(runbook: str, environment: dict[str, str]) -> str:
    """Run the block of a runbook that needs the sandbox alone, as it stands."""
    [block] = [block for block in BLOCKS if (block.runbook, block.kind) == (runbook, "sh sandbox")]
    return block.run(environment)


def deliver(folder: Path, run: str, orders: int) -> None:
    """A run's delivery, uploaded and loaded."""
    generate(folder, orders, 7)
    sent = [tasks.send(source.table, str(folder), run, "2018-12-31") for source in files_delivered()]
    tasks.replace([*sent, tasks.fetch(str(folder), run, "2018-12-31")])


@pytest.mark.sandbox
@pytest.mark.slow
def test_the_delivery_of_an_earlier_run_is_restored(
    settings: Settings, warehouse: Warehouse, run_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("C360_DATASET_PREFIX", settings.dataset_prefix)
    deliver(tmp_path / "yesterday", f"{run_id}-1", 30)
    deliver(tmp_path / "today", f"{run_id}-2", 20)
    count = f"select count(*) as n from {settings.dataset('raw')}.orders"
    assert warehouse.rows(count) == [{"n": 20}]

    said = run_block("restore-from-backup", {"RUN": f"{run_id}-1"})

    assert "orders: 30 rows" in said
    assert warehouse.rows(count) == [{"n": 30}]


def test_the_deliveries_of_a_range_are_rehearsed_oldest_first(tmp_path: Path) -> None:
    # What `make demo` does is the baseline of all tests; this make writes down what it is asked.
    asked, make = tmp_path / "asked", tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {asked}\n')
    make.chmod(0o755)
    folders = [tmp_path / "deliveries" / day for day in ("2026-01-05", "2026-01-06")]
    for folder in folders:
        folder.mkdir(parents=True)

    run_block(
        "backfill-a-range",
        {"DELIVERIES": str(tmp_path / "deliveries"), "PATH": f"{make.parent}:{os.environ['PATH']}"},
    )

    assert asked.read_text().splitlines() == [f"demo SOURCE={folder}" for folder in folders]
