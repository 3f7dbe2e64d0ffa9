"""Give the running sandbox hash keys of another version, and its tables new hashes; that version again does nothing.

Exit codes: 0 the warehouse holds hashes of that version alone, 1 a step failed, 2 no sandbox with marts is running.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from google.api_core.exceptions import GoogleAPIError
from rich.console import Console

from customer360.dbt_session import DbtError
from customer360.settings import Settings, from_environment
from customer360.steps.load_keys import stored_keys, wanted_keys
from customer360.steps.rotate import is_rotating
from customer360.steps.transform import transform
from customer360.warehouse import LoadError, Warehouse
from scripts.progress import Progress
from scripts.sandbox import DIRECTORY, Sandbox, SandboxError, renew_keys, running

FAILED, NO_SANDBOX = 1, 2
TARGET_PATH = Path("build/rotate-keys").resolve()
TITLES = {
    "intermediate": "Build the intermediate layer beside",
    "marts": "Build the marts beside, and replace all rows",
}

console = Console()


def main(arguments: list[str] | None = None) -> int:
    """Rotate; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.rotate_keys", description=__doc__)
    parser.add_argument("--version", default="", help="version of the new keys (default: the next number)")
    parser.add_argument("--sandbox", type=Path, default=DIRECTORY, help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        return _rotate(running(options.sandbox), options.version)
    except SandboxError as error:
        console.print(f"[bold red]rotate-keys[/] {error}", highlight=False)
        return NO_SANDBOX
    except (DbtError, LoadError, GoogleAPIError) as error:
        console.print(f"[bold red]rotate-keys[/] {error}", highlight=False)
        return FAILED


def _rotate(place: Sandbox, version: str) -> int:
    before = _settings(place)
    warehouse = Warehouse.connect(before)
    stored = stored_keys(warehouse, before)
    if not stored:
        console.print("rotate-keys: the sandbox has no marts; build them with `make demo KEEP=1`")
        return NO_SANDBOX
    pending = stored != wanted_keys(before)  # an earlier call failed
    version = version or (before.hash_key_version if pending else str(int(before.hash_key_version) + 1))
    renew_keys(place.directory, version)
    settings = _settings(place)
    if stored == wanted_keys(settings) and not is_rotating(warehouse, settings):
        console.print(f"nothing to do: all hashes are of version {version}")
        return 0
    with Progress(console, TITLES) as progress:
        for layer in TITLES:
            progress.start(layer)
            transform(settings, layer)
    console.print(f"all hashes are of version {version}")
    return 0


def _settings(place: Sandbox) -> Settings:
    os.environ.update(place.environment())
    return replace(from_environment(), dbt_target_path=TARGET_PATH)


if __name__ == "__main__":
    sys.exit(main())
