"""Airflow's own command line takes what the runbooks ask of it."""

from __future__ import annotations

import re
import shlex

import pytest
from airflow.cli.cli_parser import get_parser

from tests.runbooks import airflow_commands


def parse(command: str) -> None:
    words = [re.sub(r"^\$DATE$", "2026-01-05", word) for word in shlex.split(command)]
    get_parser().parse_args(words)


@pytest.mark.parametrize("command", sorted(set(airflow_commands())))
def test_airflow_takes_a_command(command: str) -> None:
    parse(command)


def test_a_command_that_airflow_does_not_know_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("dags list-runs --dag olist_etl_pipeline --sate failed")
    assert "unrecognized arguments" in capsys.readouterr().err
