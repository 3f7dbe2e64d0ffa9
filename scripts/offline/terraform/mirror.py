"""A filesystem mirror for Terraform, with a provider built here from the schema and the Go sources beside this file."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

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
    found = hashlib.sha256(json.dumps(pieces()["provider"]).encode())
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file() and path.parent.name != "__pycache__":
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _build(place: Path, providers: Path) -> None:
    if shutil.which("go") is None:
        raise TerraformError(
            "the Terraform registry does not answer, and building a provider that stands in for it"
            " needs Go 1.25 or newer on PATH"
        )
    pin, log = pieces()["provider"], cache_folder("logs") / "terraform-provider.log"
    sources = shutil.copytree(SOURCES / "provider", place / "sources")
    (sources / "schema.json").write_text(json.dumps(_schema(place / "package", log)))
    target = f"{platform.system().lower()}_{architecture()}"
    folder = providers / pin["source"] / pin["version"] / target
    folder.mkdir(parents=True)
    compile_program(sources, ".", folder / f"terraform-provider-google_v{pin['version']}", "", log)


def _schema(place: Path, log: Path) -> dict[str, Any]:
    pin = pieces()["provider"]
    python_packages.unpack(pin["copy"]["package"], pin["copy"]["sha256"], place, log)
    package = place / pin["copy"]["bindings"]
    if (found := bindings.provider_version(package)) != pin["version"]:
        raise TerraformError(f"{package.name} holds bindings of provider {found}, not of {pin['version']}")
    schema = bindings.read(package)
    gaps.fill(schema, gaps.load())
    return schema
