"""What may not enter the repository is named by file, line and rule; what git ignores is nobody's business."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.house_rules import main

# Put together here, for this file is under the rules as well.
HOST, FOLDER, BESIDE = ".".join(("pypi", "org")), "/" + "root", "../" + "shared"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    command = ["git", "init", "--quiet", str(tmp_path)]
    subprocess.run(command, check=True)
    (tmp_path / ".gitignore").write_text("build/\n")
    return tmp_path


def check(checkout: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    return main([str(checkout)]), capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"index-url = https://{HOST}/simple", f"names a package host: {HOST}"),
        (f"FILES={FOLDER}/files", f"names a folder of one machine: {FOLDER}/f"),
        (f"see {BESIDE}/data", f"names a folder beside the repository: {BESIDE}"),
    ],
)
def test_a_forbidden_word_is_named_with_file_and_line(
    checkout: Path, capsys: pytest.CaptureFixture[str], text: str, rule: str
) -> None:
    (checkout / "notes.md").write_text(f"first line\n{text}\n")
    assert check(checkout, capsys) == (1, f"notes.md:2: {rule}\n")


@pytest.mark.parametrize(
    "text", ["gs://raw/work/2018", f"${{HOME}}{FOLDER}/x", "the root/ folder", "https://go.dev/dl"]
)
def test_a_word_that_only_looks_forbidden_is_allowed(
    checkout: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (checkout / "notes.md").write_text(text)
    assert check(checkout, capsys) == (0, "")


def test_a_lock_file_that_names_hosts_is_refused_by_its_name(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "uv.lock").write_text("")
    assert check(checkout, capsys) == (
        1,
        "uv.lock: this lock file names package hosts; use requirements/*.txt\n",
    )


@pytest.mark.parametrize(("lines", "code"), [(400, 0), (401, 1)])
def test_code_is_at_most_400_lines_long(
    checkout: Path, capsys: pytest.CaptureFixture[str], lines: int, code: int
) -> None:
    (checkout / "long.py").write_text("pass\n" * lines)
    assert check(checkout, capsys)[0] == code


def test_ignored_files_and_pictures_are_not_read(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "build").mkdir()
    (checkout / "build" / "log").write_text(HOST)
    (checkout / "picture.png").write_bytes(b"\x89PNG" + HOST.encode())
    assert check(checkout, capsys) == (0, "")
