"""The tables of inputs and outputs in terraform/README.md, from the variables and outputs themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import hcl2

from scripts.terraform import TerraformError

README = Path("terraform") / "README.md"
BEGIN, END = "<!-- tables: written by make tf-docs -->\n", "<!-- end of tables -->\n"


def documented(readme: Path = README) -> tuple[str, str]:
    """The README as it is, and with its tables made anew. Raises TerraformError where it has no place for them."""
    before = readme.read_text()
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise TerraformError(
            f"{readme} has no lines {BEGIN.strip()!r} and {END.strip()!r} to put the tables between"
        )
    return before, head + begin + "\n".join(tables(readme.parent)) + "\n" + end + tail


def tables(root: Path) -> Iterator[str]:
    """Lines of both tables."""
    inputs = _blocks(root / "variables.tf", "variable")
    yield from _table("input", "type", "default", rows=(_input(name, body) for name, body in inputs))
    yield ""
    outputs = _blocks(root / "outputs.tf", "output")
    yield from _table("output", rows=((f"`{name}`", _text(body["description"])) for name, body in outputs))


def _blocks(path: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    with path.open() as file:
        found = hcl2.load(file)
    return sorted((_text(name), body) for block in found[kind] for name, body in block.items())


def _input(name: str, body: dict[str, Any]) -> tuple[str, ...]:
    default = f"`{json.dumps(_plain(body['default']))}`" if "default" in body else "required"
    kind = _text(body["type"]).removeprefix("${").removesuffix("}")
    return f"`{name}`", f"`{kind}`", default, _text(body["description"])


def _table(first: str, *others: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    head = (first, *others, "what")
    yield _line(head)
    yield _line(["---"] * len(head))
    yield from (_line(cell.replace("|", "\\|") for cell in row) for row in rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(value: Any) -> Any:
    # The parser leaves texts in their quotes, at any depth.
    if isinstance(value, dict):
        return {_text(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    return value.strip('"')
