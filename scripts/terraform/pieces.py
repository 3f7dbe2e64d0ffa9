"""The versions of Terraform and its provider, from pieces.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def pieces() -> dict[str, Any]:
    """pieces.yaml as it stands."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("pieces.yaml").read_text())
    return found
