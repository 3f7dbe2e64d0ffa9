"""Run inside an image, from standard input: print what is installed there as JSON.

Only the standard library, and nothing of the project: `{"python": [...], "debian": [...], "release": "13"}`.
"""

import json
import platform
import subprocess
from importlib.metadata import distributions


def python() -> list[dict[str, str]]:
    """Installed Python distributions."""
    found: dict[str, dict[str, str]] = {}
    for distribution in distributions():
        metadata = distribution.metadata
        name, licence = metadata["Name"], metadata.get("License-Expression") or ""
        # The first on the path is the one that is imported.
        found.setdefault(name.lower(), {"name": name, "version": distribution.version, "license": licence})
    return sorted(found.values(), key=lambda entry: entry["name"].lower())


def debian() -> list[dict[str, str]]:
    """Installed Debian packages."""
    command = ["dpkg-query", "--show", "--showformat", "${Package}\t${Version}\t${Architecture}\n"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [
        dict(zip(("name", "version", "architecture"), line.split("\t"), strict=True))
        for line in listed.splitlines()
    ]


if __name__ == "__main__":
    release = platform.freedesktop_os_release().get("VERSION_ID", "")
    print(json.dumps({"python": python(), "debian": debian(), "release": release}))
