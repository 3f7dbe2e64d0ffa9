"""A copy of terraform/ to check and plan in: no backend, no lock file, no state, and nothing of it reaches a cloud."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.commands import CommandError, run

ENVIRONMENTS = ("staging", "production")
SOURCE = Path("terraform")
# Overrides the bucket that keeps the real state; plans start from nothing.
NO_BACKEND = 'terraform {\n  backend "local" {}\n}\n'
# A third less CPU for some 400 MB: a command is short, and reads a schema of megabytes.
QUICK = {"GOGC": "off"}
# The real provider wants a token, and does not use it where it only plans to create.
NO_TOKEN = {"GOOGLE_OAUTH_ACCESS_TOKEN": "none"}


class Workspace:
    """Terraform's commands in a folder of their own. Every method raises CommandError with Terraform's words."""

    def __init__(self, folder: Path, terraform: Path, environment: Mapping[str, str], source: Path = SOURCE):
        self.folder = folder
        self._terraform = terraform
        self._environment = {"TF_IN_AUTOMATION": "1", **QUICK, **NO_TOKEN, **environment}
        kept = shutil.ignore_patterns(".terraform*", "*.tfstate*")
        shutil.copytree(source, folder, ignore=kept, dirs_exist_ok=True)
        (folder / "backend_override.tf").write_text(NO_BACKEND)

    def init(self) -> None:
        """Bring the providers."""
        self._run("init", "-input=false")

    def validate(self) -> None:
        """Check names, types and references against the providers' schema."""
        self._run("validate")

    def plan(self, environment: str, /, **variables: str) -> dict[str, Any]:
        """The plan of an environment, as `terraform show -json` has it; variables replace those of its file."""
        saved = self.folder / f"{environment}.plan"
        chosen = [f"-var={name}={value}" for name, value in variables.items()]
        file = f"-var-file=environments/{environment}.tfvars"
        self._run("plan", "-input=false", "-lock=false", f"-out={saved.name}", file, *chosen)
        shown: dict[str, Any] = json.loads(self._run("show", "-json", saved.name, color=False))
        return shown

    def test(self) -> str:
        """Run the tests in terraform/tests; what they print."""
        return self._run("test")

    def _run(self, command: str, *options: str, color: bool = True) -> str:
        plain = ["-no-color"] if color else []
        return run(self._terraform, command, *plain, *options, cwd=self.folder, env=self._environment)


def formatted(terraform: Path, source: Path = SOURCE) -> list[str]:
    """Files that `terraform fmt` would write differently. Raises CommandError for a file that cannot be read."""
    done = subprocess.run(
        [terraform, "fmt", "-check", "-recursive", "-list=true", str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 3):
        raise CommandError(f"terraform fmt failed:\n{done.stderr.strip()}")
    return done.stdout.split()
