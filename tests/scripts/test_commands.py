"""Running other programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts.commands import CommandError, run, succeeds


def test_a_command_s_output_is_returned_and_its_input_given() -> None:
    assert run("cat", text="word") == "word"


def test_a_failure_shows_the_end_of_what_was_printed() -> None:
    with pytest.raises(CommandError, match="last line"):
        run(sys.executable, "-c", "import sys; print('last line'); sys.exit(3)")


def test_a_failure_shows_no_argument_beyond_the_third_word() -> None:
    with pytest.raises(CommandError) as failed:
        run("false", "a", "b", "a value that is nobody's business")
    assert "nobody" not in str(failed.value)


def test_a_log_keeps_what_was_printed(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "echo.log"
    run("echo", "one", log=log)
    run("echo", "two", log=log)
    assert log.read_text() == "one\ntwo\n"


def test_a_missing_program_is_named() -> None:
    with pytest.raises(CommandError, match="no-such-program is not installed"):
        run("no-such-program")


@pytest.mark.parametrize(
    ("program", "expected"), [("true", True), ("false", False), ("no-such-program", False)]
)
def test_success_is_told_from_failure_and_absence(program: str, expected: bool) -> None:
    assert succeeds(program) is expected
