"""The pieces of the cluster, from pieces.yaml, and where what was built or fetched is kept."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@cache
def pieces() -> dict[str, Any]:
    """pieces.yaml as it stands."""
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "pieces.yaml").read_text())
    return found


def cache_folder(*parts: str) -> Path:
    """A folder for things that outlive the checkout, made when it is not there."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home, "customer360", *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def architecture() -> str:
    """This machine's architecture as Go and Docker name it."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())
