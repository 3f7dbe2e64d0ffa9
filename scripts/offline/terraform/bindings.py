"""A Terraform provider's schema, read back from the TypeScript bindings that were generated out of it.

The bindings hold one folder a resource. A class there has a comment and a getter for every attribute, and lists the
arguments, which are the attributes that a configuration may set, with their types; an interface describes these.
"""

from __future__ import annotations

import base64
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.offline.terraform.descriptions import default_value, possible_values
from scripts.terraform import TerraformError

# JSON, as in the output of `terraform providers schema -json`.
Type = str | list[Any]
Json = dict[str, Any]

SOURCE_MAP = b"//# sourceMappingURL=data:application/json;base64,"
DECLARATION = re.compile(r"^export (class|function|interface) (\w+)", re.M)
TABLES = {"Resource": "resource_schemas", "DataSource": "data_source_schemas"}
ROOT = re.compile(r"export class \w+ extends cdktn\.Terraform(Resource|DataSource|Provider) ")
TYPE_NAME = re.compile(r'tfResourceType = "(\w+)"')
ATTRIBUTE = re.compile(r"^  // (\w+) - computed: (true|false), optional: \w+, required: \w+$", re.M)
ARGUMENT = re.compile(
    r'^ +(\w+): \{\n +value: (.+),\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)",$',
    re.M,
)
PROPERTY = re.compile(r"^  /\*\*\n(.*?)\n  \*/\n  readonly \w+(\??): ", re.M | re.S)
LINK = re.compile(r"#(\w+) \w+#\1\}")
MEMBER = re.compile(r'private _\w+ = new (?:cdktn\.)?(\w+)\(this, "\w+"(?:, (true|false))?\);')
GETTER = re.compile(r"return (.+?)\('\w+'\)+;")

STORAGE = re.compile(r"(string|number|boolean)(List|Map|)")
KINDS = {"simple": "", "list": "List", "set": "List", "map": "Map"}
SCALARS = {"string": "string", "number": "number", "boolean": "bool"}
GETTERS: Mapping[str, Type] = {
    "this.getStringAttribute": "string",
    "this.getNumberAttribute": "number",
    "this.getBooleanAttribute": "bool",
    "this.getListAttribute": ["list", "string"],
    "this.getNumberListAttribute": ["list", "number"],
    "cdktn.Fn.tolist(this.getListAttribute": ["set", "string"],
    "this.getStringMapAttribute": ["map", "string"],
}
MAPS: Mapping[str, Type] = {"StringMap": ["map", "string"], "StringMapList": ["list", ["map", "string"]]}


class BindingsError(TerraformError):
    """The bindings hold something that this reader does not know; the message names it."""


@dataclass(frozen=True)
class Argument:
    """What a configuration may set, with the code that writes it; `nested` for a block."""

    value: str
    nested: bool
    kind: str
    storage: str

    @property
    def content(self) -> str:
        """The class of a block's content."""
        return self.storage if self.kind == "struct" else self.storage.removesuffix("List")


@dataclass(frozen=True)
class Property:
    """What an interface says of an argument."""

    description: str
    required: bool


@dataclass(frozen=True)
class Attribute:
    """What a class says of an attribute: whether the service may decide it, and the code that reads it."""

    computed: bool
    code: str


def read(package: Path) -> Json:
    """The schema out of an npm package of bindings, a .tgz: {"provider", "resource_schemas", "data_source_schemas"}.

    Arguments may have the additional keys `possible` and `default`. Raises BindingsError.
    """
    schema: Json = {"provider": None, **{table: {} for table in TABLES.values()}}
    for text in _folders(package).values():
        for kind, name, block in Folder(text).roots():
            found = {"version": 0, "block": block}
            if kind == "Provider":
                block["attributes"].pop("alias")  # Terraform's own
                schema["provider"] = found
            else:
                schema[TABLES[kind]][name] = found
    return schema


def provider_version(package: Path) -> str:
    """The version of the provider that bindings were generated from. Raises BindingsError."""
    with tarfile.open(package) as archive:
        description = archive.extractfile("package/package.json")
        if description is None:
            raise BindingsError(f"{package.name}: package.json is no file")
        return str(json.load(description)["cdktn"]["provider"]["version"])


def _folders(package: Path) -> Mapping[str, str]:
    """The text of each folder of the bindings."""
    texts: defaultdict[str, str] = defaultdict(str)
    with tarfile.open(package) as archive:
        for member in archive:
            parts = Path(member.name).parts
            content = archive.extractfile(member)
            if content and parts[1:2] == ("lib",) and len(parts) > 3 and member.name.endswith(".js"):
                texts[parts[2]] += _typescript(content.read(), member.name)
    return texts


def _typescript(script: bytes, name: str) -> str:
    """The text that a script was compiled from, which its source map holds."""
    _, found, encoded = script.rpartition(SOURCE_MAP)
    if not found:
        raise BindingsError(f"{name}: there is no source map")
    text: str = json.loads(base64.b64decode(encoded))["sourcesContent"][0]
    return text


class Folder:
    """The declarations of one folder, which is a resource or data source, or several."""

    def __init__(self, text: str) -> None:
        self._texts = {
            (match[1], match[2]): text for match, text in _cut(list(DECLARATION.finditer(text)), text)
        }

    def roots(self) -> Iterator[tuple[str, str, Json]]:
        """Resource, DataSource or Provider, with its name and block. Raises BindingsError."""
        for (_, name), text in self._texts.items():
            if found := ROOT.match(text):
                type_name = TYPE_NAME.search(text)
                if type_name is None:
                    raise BindingsError(f"{name}: the class has no tfResourceType")
                yield found[1], type_name[1], self._block(text, text, f"{name}Config", (name,))

    def _nested_block(self, name: str, above: tuple[str, ...]) -> Json:
        text = self._texts.get(("class", f"{name}OutputReference"), "")
        arguments = self._text("function", f"{name[0].lower()}{name[1:]}ToHclTerraform")
        return self._block(text, arguments, name, (*above, name))

    def _block(self, text: str, hcl: str, interface: str, above: tuple[str, ...]) -> Json:
        attributes, arguments = _attributes(text, interface), _arguments(hcl, interface)
        properties = _properties(self._text("interface", interface), interface)
        block: Json = {"attributes": {}, "block_types": {}}
        for name, attribute in attributes.items():
            if name not in arguments:
                kind = self._computed_type(attribute.code, f"{interface}.{name}")
                block["attributes"][name] = {"type": kind, "computed": True}
        for name, argument in arguments.items():
            where, described = f"{interface}.{name}", properties.get(name)
            if described is None:
                raise BindingsError(f"{where}: the interface does not describe it")
            if not argument.nested:
                computed = name in attributes and attributes[name].computed
                block["attributes"][name] = _argument(argument, described, computed, where)
            elif described.description != f"{name} block":
                raise BindingsError(f"{where}: an argument that holds objects and is no block is not known")
            elif argument.content not in above:  # one that holds itself has no end, and is left out
                block["block_types"][name] = self._nested(argument, described, where, above)
        return block

    def _nested(self, argument: Argument, described: Property, where: str, above: tuple[str, ...]) -> Json:
        content = self._nested_block(argument.content, above)
        if argument.kind == "struct":
            return {"nesting_mode": "single", "block": content}
        if argument.kind not in ("list", "set"):
            raise BindingsError(f"{where}: a block of kind {argument.kind!r} is not known")
        block: Json = {"nesting_mode": argument.kind, "block": content}
        if described.required:
            block["min_items"] = 1
        if not argument.value.startswith("cdktn.listMapperHcl("):
            block["max_items"] = 1
        return block

    def _computed_type(self, code: str, where: str) -> Type:
        """The type of an attribute by the code that reads it."""
        if found := MEMBER.search(code):
            name, is_set = found.groups()
            if name in MAPS:
                return MAPS[name]
            if name.endswith("List") and is_set:
                return ["set" if is_set == "true" else "list", self._object(name.removesuffix("List"))]
        elif (getter := GETTER.search(code)) and getter[1] in GETTERS:
            return GETTERS[getter[1]]
        raise BindingsError(f"{where}: what reads it is not known:\n{code.strip()}")

    def _object(self, name: str) -> Type:
        attributes = _attributes(self._text("class", f"{name}OutputReference"), name)
        parts = {key: self._computed_type(part.code, f"{name}.{key}") for key, part in attributes.items()}
        return ["object", parts]

    def _text(self, kind: str, name: str) -> str:
        if (kind, name) not in self._texts:
            raise BindingsError(f"there is no {kind} {name}")
        return self._texts[kind, name]


def _argument(argument: Argument, described: Property, computed: bool, where: str) -> Json:
    kind = _argument_type(argument, where)
    attribute: Json = {"type": kind, "required" if described.required else "optional": True}
    if computed:
        attribute["computed"] = True
    if "markWriteOnly" in argument.value:
        attribute["write_only"] = True
    if kind == "string" and (possible := possible_values(described.description)):
        attribute["possible"] = possible
    default = default_value(described.description, kind)
    if default is not None and not described.required and not computed:
        attribute["default"] = default
    return attribute


def _argument_type(argument: Argument, where: str) -> Type:
    found = STORAGE.fullmatch(argument.storage)
    if found and KINDS.get(argument.kind) == found[2]:
        element = SCALARS[found[1]]
        return element if argument.kind == "simple" else [argument.kind, element]
    raise BindingsError(f"{where}: the type {argument.kind!r} of {argument.storage!r} is not known")


def _attributes(text: str, where: str) -> dict[str, Attribute]:
    found = _every(ATTRIBUTE, text, " - computed: ", where)
    return {match[1]: Attribute(match[2] == "true", code) for match, code in _cut(found, text)}


def _arguments(text: str, where: str) -> dict[str, Argument]:
    return {
        match[1]: Argument(match[2], match[3] == "true", match[4], match[5])
        for match in _every(ARGUMENT, text, " isBlock: ", where)
    }


def _properties(text: str, where: str) -> dict[str, Property]:
    properties = {}
    for match in _every(PROPERTY, text, "\n  readonly ", where):
        links = LINK.findall(match[1])
        if not links:
            raise BindingsError(f"{where}: a property has no link that names it:\n{match[1]}")
        lines = (line.removeprefix("  *").strip() for line in match[1].splitlines())
        description = " ".join(" ".join(lines).partition("Docs at Terraform Registry:")[0].split())
        properties[links[-1]] = Property(description, match[2] != "?")
    return properties


def _cut(found: list[re.Match[str]], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each match with the text from there to the next one."""
    ends = [*(match.start() for match in found), len(text)]
    for match, end in zip(found, ends[1:], strict=True):
        yield match, text[match.start() : end]


def _every(pattern: re.Pattern[str], text: str, mark: str, where: str) -> list[re.Match[str]]:
    """The matches; each mark in the text must be part of one, so that nothing is skipped."""
    found = list(pattern.finditer(text))
    if len(found) != text.count(mark):
        raise BindingsError(
            f"{where}: {text.count(mark)} places with {mark.strip()!r}, {len(found)} understood"
        )
    return found
