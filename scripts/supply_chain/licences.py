"""The licence of every distribution that a lock file names, as the installed distribution itself says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import cast

# Where what a lock file names is installed.
INSTALLED = {
    "runtime": ".venv",
    "dbt": ".venv",
    "airflow": ".venv-airflow",
    "sandbox": ".venv-sandbox",
    "dev": ".venv",
}
IN_IMAGES = ("runtime", "dbt", "airflow", "sandbox")
UNKNOWN = "unknown"
# What may be passed on in an image without terms on the project's own code.
PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT"),
    *("MIT-0", "MIT-CMU", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
}
# Terms on changes to these very files, which nobody makes here.
WEAK = {"Artistic-1.0", "LGPL", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "MPL-2.0"}
# Distributions whose metadata is silent, and what the licence file in them is.
READ = {"google-crc32c": "Apache-2.0"}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
# How metadata older than SPDX expressions names them.
_SPDX = (
    (r"apache", "Apache-2.0"),
    (r"mozilla|mpl", "MPL-2.0"),
    (r"lesser|lgpl", "LGPL"),
    (r"artistic", "Artistic-1.0"),
    (r"gpl|gnu general", "GPL"),
    (r"^mit|mit license", "MIT"),
    (r"bsd.*3|3.*bsd", "BSD-3-Clause"),
    (r"bsd.*2|2.*bsd", "BSD-2-Clause"),
    (r"bsd", "BSD"),
    (r"isc", "ISC"),
    (r"python software foundation|psf", "PSF-2.0"),
    (r"unlicense", "Unlicense"),
)


@dataclass(frozen=True)
class Licensed:
    """A distribution of a lock file; `terms`: alternatives of licences, of which each list has to be kept whole."""

    lock: str
    name: str
    version: str
    licence: str
    terms: tuple[tuple[str, ...], ...]

    @property
    def is_allowed(self) -> bool:
        """True when one alternative leaves the project free. A tool that is only run here may have any licence."""
        known = {licence for alternative in self.terms for licence in alternative} - {UNKNOWN}
        if self.lock not in IN_IMAGES:
            return bool(known)
        return any(set(alternative) <= PERMISSIVE | WEAK for alternative in self.terms)


def listed(root: Path) -> Iterator[Licensed]:
    """Every pin of every lock file in order. Raises FileNotFoundError and LookupError for one that is not installed."""
    for lock, venv in INSTALLED.items():
        packages = next((root / venv).glob("lib/python*/site-packages"))
        there = {_normal(found.name): found for found in distributions(path=[str(packages)])}
        for name, version in _PIN.findall((root / "requirements" / f"{lock}.txt").read_text()):
            found = there.get(_normal(name))
            if found is None or found.version != version:
                raise LookupError(f"{name} {version} of {lock}.txt is not in {venv}: run `make setup`")
            licence = licence_of(found)
            yield Licensed(lock, name, version, licence, terms(licence))


def licence_of(distribution: Distribution) -> str:
    """An SPDX expression where the metadata has one, else what it says instead."""
    metadata = cast(Message, distribution.metadata)
    if expression := metadata.get("License-Expression"):
        return str(expression)
    kinds = [entry for entry in metadata.get_all("Classifier", []) if entry.startswith("License :: ")]
    named = [entry.split(" :: ")[-1] for entry in kinds if not entry.endswith("OSI Approved")]
    first = str(metadata.get("License") or "").strip().splitlines()
    return " OR ".join(named) or (first[0] if first else READ.get(_normal(distribution.name), UNKNOWN))


def terms(licence: str) -> tuple[tuple[str, ...], ...]:
    """The alternatives of an expression, and the licences of each."""
    return tuple(
        tuple(spdx(part) for part in re.split(r"\s+AND\s+", alternative, flags=re.IGNORECASE))
        for alternative in re.split(
            r"\s+OR\s+", licence.replace("(", " ").replace(")", " "), flags=re.IGNORECASE
        )
    )


def spdx(name: str) -> str:
    """The SPDX name of a licence, or `unknown`."""
    name = name.strip()
    if name in PERMISSIVE | WEAK:
        return name
    return next((found for pattern, found in _SPDX if re.search(pattern, name, re.IGNORECASE)), UNKNOWN)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
