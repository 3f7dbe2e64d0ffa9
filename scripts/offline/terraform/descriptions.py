"""What descriptions of arguments say in fixed words: which values are possible, and which is the default."""

from __future__ import annotations

import json
import re
from typing import Any

POSSIBLE = re.compile(r'Possible values: (\["[^\]]*"\])')
DEFAULT = re.compile(r'Default value: ("[^"]*"|true|false|-?\d+(?:\.\d+)?)(?=\s|$)')
PYTHON: dict[str, type | tuple[type, ...]] = {"string": str, "bool": bool, "number": (int, float)}


def possible_values(description: str) -> list[str]:
    """The values of an enumeration; none when the description has no list, or several."""
    found = POSSIBLE.findall(description)
    return list(json.loads(found[0])) if len(found) == 1 else []


def default_value(description: str, kind: object) -> Any:
    """The default of an argument of a type; None when none is stated, or one of another type."""
    found = DEFAULT.search(description)
    if found is None or not isinstance(kind, str):
        return None
    value = json.loads(found[1])
    fits = isinstance(value, PYTHON[kind]) and isinstance(value, bool) == (kind == "bool")
    return value if fits else None
