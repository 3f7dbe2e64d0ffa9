"""The real configuration of an environment: planned against its state in the bucket, applied, and told to people."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from scripts.commands import CommandError, run
from scripts.terraform import TerraformError, access, program, registry
from scripts.terraform.workspace import SOURCE

BUILD = Path("build").resolve() / "terraform"
# What -detailed-exitcode says of a plan.
SAME, DIFFERENT = 0, 2


class Cloud:
    """An environment, under the identity that the environment's variables or gcloud's login give.

    Plans lock nothing, so that who only reads can make them. Every method raises CommandError with Terraform's words.
    """

    def __init__(self, environment: str, terraform: Path, source: Path = SOURCE, build: Path = BUILD):
        self.environment = environment
        self._terraform, self._source = terraform, source
        self._saved = build / f"{environment}.plan"
        # Beside another environment's, so that a state is never taken for another's.
        self._variables = {"TF_IN_AUTOMATION": "1", "TF_DATA_DIR": str(build / f"{environment}.data")}
        build.mkdir(parents=True, exist_ok=True)

    def init(self) -> None:
        """Bring the providers, and find the state."""
        backend = f"-backend-config=environments/{self.environment}.gcs.tfbackend"
        self._run("init", "-input=false", "-reconfigure", backend)

    def plan(self, *, lock: bool = False) -> bool:
        """Save the plan; true when it would change something."""
        file = f"-var-file=environments/{self.environment}.tfvars"
        options = ("-detailed-exitcode", f"-lock={str(lock).lower()}", f"-out={self._saved}", file)
        done = subprocess.run(
            [self._terraform, f"-chdir={self._source}", "plan", "-no-color", "-input=false", *options],
            capture_output=True,
            text=True,
            env={**os.environ, **self._variables},
            check=False,
        )
        if done.returncode not in (SAME, DIFFERENT):
            raise CommandError(f"terraform plan of {self.environment} failed:\n{done.stderr.strip()}")
        return done.returncode == DIFFERENT

    def shown(self) -> str:
        """The saved plan, for people."""
        return self._run("show", "-no-color", str(self._saved))

    def grants(self) -> list[str]:
        """What the saved plan grants otherwise than the table of access."""
        return access.problems(json.loads(self._run("show", "-json", str(self._saved))))

    def apply(self) -> str:
        """Make the saved plan true; what Terraform says of it."""
        return self._run("apply", "-no-color", "-input=false", str(self._saved))

    def _run(self, *command: str) -> str:
        return run(self._terraform, f"-chdir={self._source}", *command, env=self._variables)


def connect(environment: str) -> Cloud:
    """An environment whose state was found. Raises TerraformError and CommandError."""
    if registry.choose() == "offline":
        raise TerraformError(
            "the Terraform registry does not answer, and what is built in its place reaches no cloud;"
            " `make tf-test` plans without one"
        )
    found = Cloud(environment, program.provide().path)
    found.init()
    return found
