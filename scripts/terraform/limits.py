"""What the real provider and Google's APIs refuse although the schema takes it, found in a plan; see limits.yaml.

For plans of the stand-in: the real provider writes its defaults into a plan, where they look like arguments of ours.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

type Block = Mapping[str, Any]

STEP = re.compile(r"(?P<name>\w+)(?P<each>\[\]|\{\}|\{keys\})?")
NOTHING: tuple[Any, ...] = (None, [], {})


@cache
def limits() -> dict[str, list[dict[str, Any]]]:
    """limits.yaml as it stands: rules by type of resource."""
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())
    return found


def problems(plan: Block) -> list[str]:
    """Broken limits of `terraform show -json PLAN`, each as `address.argument: what; why`; the unknown breaks none."""
    return [
        f"{resource['address']}{line}"
        for resource in plan["planned_values"]["root_module"].get("resources", [])
        for rule in limits().get(resource["type"], [])
        for line in _broken(rule, resource["values"])
    ]


def idle(plans: list[Block]) -> list[str]:
    """Rules that guard nothing, each as `type.argument: why`: no plan has the type, or sets or knows the argument."""
    changes = [resource for plan in plans for resource in plan["resource_changes"]]
    return [
        f"{kind}{line}"
        for kind, rules in limits().items()
        for rule in rules
        for line in _idle(rule, [resource["change"] for resource in changes if resource["type"] == kind])
    ]


def find(block: Block, path: str) -> Iterator[tuple[str, Any]]:
    """Place and value of all that is known at a path such as `rule[].type`, `labels{}` or `labels{keys}`.

    Raises ValueError for what is no path.
    """
    step, _, rest = path.partition(".")
    name, each = _step(step)
    for place, value in _items(block.get(name), each):
        if rest and isinstance(value, Mapping):
            yield from ((f"{name}{place}.{deeper}", found) for deeper, found in find(value, rest))
        elif not rest and value is not None:
            yield f"{name}{place}", value


def _step(step: str) -> tuple[str, str]:
    found = STEP.fullmatch(step)
    if not found:
        raise ValueError(f"limits.yaml: {step!r} is no step of a path")
    return found["name"], found["each"] or ""


def _items(value: Any, each: str) -> Iterator[tuple[str, Any]]:
    if each == "[]":
        yield from ((f"[{number}]", item) for number, item in enumerate(value or []))
    elif each == "{}":
        yield from ((f"[{key!r}]", item) for key, item in (value or {}).items())
    elif each == "{keys}":
        yield from (("", key) for key in value or {})
    else:
        yield "", value


def _broken(rule: Block, values: Block) -> Iterator[str]:
    why = f"; {rule['why']}" if "why" in rule else ""
    checks = [kind for kind in VALUES if kind in rule]
    for place, value in find(values, _path(rule, rule["at"])) if checks else ():
        if complaint := next(filter(None, (VALUES[kind](value, rule[kind]) for kind in checks)), None):
            yield f".{place}: {value!r} {complaint}{why}"
    for kind in (kind for kind in GROUPS if kind in rule):
        for place, block in _blocks(values, rule.get("within")):
            yield from (f"{place}{complaint}{why}" for complaint in GROUPS[kind](block, rule))


def _path(rule: Block, path: str) -> str:
    return f"{rule['within']}.{path}" if "within" in rule else path


def _blocks(values: Block, within: str | None) -> Iterator[tuple[str, Block]]:
    if within is None:
        yield "", values
    else:
        yield from ((f".{place}", block) for place, block in find(values, within))


# --- Limits of one value ----------------------------------------------------------------------------------------------


def _pattern(value: Any, pattern: str) -> str | None:
    return None if re.fullmatch(pattern, str(value)) else f"must match {pattern}"


def _one_of(value: Any, choices: list[Any]) -> str | None:
    return None if value in choices else f"must be one of {', '.join(map(str, choices))}"


def _range(value: Any, ends: Block) -> str | None:
    number = _number(value)
    if number is None:
        return "must be a number, or seconds such as 600s"
    if "step" in ends and number % ends["step"]:
        return f"must go in steps of {ends['step']}"
    return None if _is_between(number, ends) else f"must be {_ends(ends)}"


def _length(value: Any, ends: Block) -> str | None:
    return None if _is_between(len(value), ends) else f"has {len(value)}, must have {_ends(ends)}"


def _network(value: Any, ends: Block) -> str | None:
    try:
        prefix = ipaddress.IPv4Network(value).prefixlen
    except ValueError as error:
        return f"must be a range such as 10.10.0.0/20, from its first address: {error}"
    return None if _is_between(prefix, ends) else f"must have a prefix {_ends(ends)}"


def _number(value: Any) -> float | None:
    try:
        return float(str(value).removesuffix("s"))
    except ValueError:
        return None


def _is_between(number: float, ends: Block) -> bool:
    return bool(ends.get("from", number) <= number <= ends.get("to", number))


def _ends(ends: Block) -> str:
    return " ".join(f"{end} {ends[end]}" for end in ("from", "to") if end in ends)


VALUES: dict[str, Callable[[Any, Any], str | None]] = {
    "pattern": _pattern,
    "one_of": _one_of,
    "range": _range,
    "length": _length,
    "network": _network,
}

# --- Limits of several arguments of a block ---------------------------------------------------------------------------


def _conflicts(block: Block, rule: Block) -> Iterator[str]:
    for other in rule["conflicts"]:
        if _applies(block, rule) and _set(block, other):
            yield f".{rule['at']}: conflicts with {other}"


def _requires(block: Block, rule: Block) -> Iterator[str]:
    for other in rule["requires"]:
        if _applies(block, rule) and not any(_set(block, other)) and not _is_unknown(block, other):
            yield f".{rule['at']}: requires {other}"


def _exactly_one_of(block: Block, rule: Block) -> Iterator[str]:
    paths = rule["exactly_one_of"]
    given = [path for path in paths if _set(block, path)]
    if len(given) > 1:
        yield f": only one of {', '.join(given)} may be set"
    elif not given and not any(_is_unknown(block, path) for path in paths):
        yield f": one of {', '.join(paths)} must be set"


def _applies(block: Block, rule: Block) -> bool:
    """Whether the rule's argument is set, to the value that the rule is about."""
    return any(value == rule.get("is", value) for value in _set(block, rule["at"]))


def _set(block: Block, path: str) -> list[Any]:
    return [value for _, value in find(block, path) if value not in NOTHING]


def _is_unknown(block: Block, path: str) -> bool:
    """A plan leaves out what only the apply will know, and has null for what is not set."""
    step, _, rest = path.partition(".")
    name, each = _step(step)
    if name not in block:
        return True
    inner = [value for _, value in _items(block[name], each) if isinstance(value, Mapping)]
    return bool(rest) and any(_is_unknown(value, rest) for value in inner)


GROUPS: dict[str, Callable[[Block, Block], Iterator[str]]] = {
    "conflicts": _conflicts,
    "requires": _requires,
    "exactly_one_of": _exactly_one_of,
}

# --- Rules that guard nothing -----------------------------------------------------------------------------------------


def _idle(rule: Block, changes: list[dict[str, Any]]) -> Iterator[str]:
    if not changes:
        yield ": no plan has one"
        return
    named = [path for kind in GROUPS for path in rule.get(kind, [])]
    if rule.get("guard"):
        named.append(rule["at"])
    elif "at" in rule:
        path = _path(rule, rule["at"])
        if not any(_set(change["after"], path) for change in changes):
            yield f".{path}: no plan sets it"
    for path in (_path(rule, other) for other in named):
        # What is null stands in `after`, what only the apply will know in `after_unknown`.
        if not any(_names(change[side], path) for change in changes for side in ("after", "after_unknown")):
            yield f".{path}: no resource has it"


def _names(block: Any, path: str) -> bool:
    """Whether the block has the argument, were it null."""
    step, _, rest = path.partition(".")
    name, each = _step(step)
    if not isinstance(block, Mapping) or name not in block:
        return False
    return not rest or any(_names(value, rest) for _, value in _items(block[name], each))
