"""`make setup` finds Python and uv where they are, makes what is missing, and otherwise does nothing.

The scripts are the real ones; uv and the interpreters are stand-ins that record how they were called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("basename", "bash", "cat", "chmod", "cut", "dirname", "install", "mkdir", "rm", "sha256sum")
UV = """#!/bin/bash
echo "$*" >>uv.log
if [ "$1" = venv ]; then
  folder=${!#}
  mkdir -p "$folder/bin"
  printf '#!/bin/bash\\necho linux_amd64\\n' >"$folder/bin/python"
  chmod +x "$folder/bin/python"
  wheel=$folder/lib/python3.13/site-packages/duckdb_extension_icu/extensions/v1.5.5
  mkdir -p "$wheel"
  echo binary >"$wheel/icu.duckdb_extension"
fi
"""


@dataclass
class Checkout:
    """A folder with the scripts and lock files, a PATH of its own and an empty home."""

    root: Path

    @property
    def tools(self) -> Path:
        return self.root / "tools"

    def run(self, command: str = "scripts/setup.sh") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.tools), "HOME": str(self.root / "home")}
        return subprocess.run(
            [str(self.tools / "bash"), *command.split(maxsplit=1)],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def python_path(self) -> str:
        return self.run("-c source scripts/lib/uv.sh; python_path").stdout.strip()

    def calls(self) -> list[str]:
        log = self.root / "uv.log"
        called = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [
            line.split(" ")[0] if line.startswith("venv") else " ".join(line.split(" ")[:2])
            for line in called
        ]


def interpreter(path: Path, base: str) -> None:
    """A stand-in for Python that says where it is installed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\necho {base}/bin/python3.13\n")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    made.tools.mkdir()
    for tool in TOOLS:
        (made.tools / tool).symlink_to(str(shutil.which(tool)))
    for name in (
        "scripts/setup.sh",
        "scripts/lib/uv.sh",
        "scripts/lib/venv.sh",
        "scripts/lib/duckdb_extensions.sh",
        "pyproject.toml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return made


@pytest.fixture
def with_uv(checkout: Checkout) -> Checkout:
    uv = checkout.tools / "uv"
    uv.write_text(UV)
    uv.chmod(0o755)
    return checkout


def test_python_on_the_path_comes_before_that_of_pyenv(checkout: Checkout) -> None:
    interpreter(checkout.tools / "python3.13", "/on-path")
    interpreter(checkout.root / "home/.pyenv/versions/3.13.1/bin/python3", "/pyenv")
    assert checkout.python_path() == "/on-path/bin/python3.13"


def test_python_of_pyenv_is_found_without_being_on_the_path(checkout: Checkout) -> None:
    interpreter(checkout.root / "home/.pyenv/versions/3.13.1/bin/python3", "/pyenv")
    assert checkout.python_path() == "/pyenv/bin/python3.13"


def test_a_shim_that_does_not_run_is_passed_over(checkout: Checkout) -> None:
    shim = checkout.tools / "python3.13"
    shim.write_text("#!/bin/bash\nexit 127\n")
    shim.chmod(0o755)
    assert checkout.python_path() == "3.13"


def test_without_any_python_uv_is_left_to_find_or_download_it(checkout: Checkout) -> None:
    assert checkout.python_path() == "3.13"


def test_without_uv_and_pip_the_message_says_what_to_install(checkout: Checkout) -> None:
    done = checkout.run()
    assert done.returncode != 0
    assert "install uv, or pip (apt-get install python3-pip), then run this again" in done.stderr
    assert not (checkout.root / ".venv").exists()


def test_the_first_run_makes_every_environment_from_its_lock_file(with_uv: Checkout) -> None:
    done = with_uv.run()
    assert done.returncode == 0, done.stderr
    assert with_uv.calls() == [
        "venv",
        "pip sync",
        "pip install",
        "venv",
        "pip sync",
        "venv",
        "pip sync",
        "pip install",
    ]


def test_the_extensions_of_duckdb_are_where_duckdb_looks_for_them(with_uv: Checkout) -> None:
    with_uv.run()
    place = with_uv.root / ".venv-sandbox/home/.duckdb/extensions/v1.5.5/linux_amd64/icu.duckdb_extension"
    assert place.read_text() == "binary\n"


def test_the_second_run_does_nothing_and_says_nothing(with_uv: Checkout) -> None:
    with_uv.run()
    with_uv.calls()
    again = with_uv.run()
    assert (again.returncode, again.stdout, with_uv.calls()) == (0, "", [])


def test_a_changed_lock_file_is_installed_into_its_environment_alone(with_uv: Checkout) -> None:
    with_uv.run()
    with_uv.calls()
    with (with_uv.root / "requirements/sandbox.txt").open("a") as lock:
        lock.write("# a newer version\n")
    with_uv.run()
    assert with_uv.calls() == ["pip sync"]


@pytest.mark.parametrize("lost", [".stamp", "bin/python"])
def test_a_half_made_environment_is_made_again(with_uv: Checkout, lost: str) -> None:
    with_uv.run()
    with_uv.calls()
    (with_uv.root / ".venv" / lost).unlink()
    with_uv.run()
    assert with_uv.calls() == ["venv", "pip sync", "pip install"]


def test_an_install_that_fails_leaves_no_stamp_behind(with_uv: Checkout) -> None:
    with (with_uv.tools / "uv").open("a") as uv:
        uv.write('[ "$1 $2" != "pip sync" ]\n')
    assert with_uv.run().returncode != 0
    assert not (with_uv.root / ".venv/.stamp").exists()
    assert os.access(with_uv.root / ".venv/bin/python", os.X_OK)
