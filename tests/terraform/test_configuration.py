"""The configuration itself: written as Terraform writes it, valid, tested by Terraform's own tests, and linted."""

from __future__ import annotations

import pytest

from scripts.terraform import program
from scripts.terraform.workspace import Workspace, formatted

pytestmark = [pytest.mark.terraform, pytest.mark.slow]


def test_every_file_is_written_as_terraform_fmt_writes_it() -> None:
    assert formatted(program.provide().path) == []


def test_the_configuration_is_valid(workspace: Workspace) -> None:
    workspace.validate()


def test_terraform_s_own_tests_pass(workspace: Workspace) -> None:
    assert "0 failed" in workspace.test()
