"""Files that a Python package carries, without installing it anywhere."""

from __future__ import annotations

from pathlib import Path

from scripts.commands import run

REPOSITORY = Path(__file__).resolve().parents[2]


def unpack(package: str, sha256: str, folder: Path, log: Path) -> None:
    """Unpack `name==version` into a folder when its file has the hash. Raises CommandError."""
    wanted = folder.with_name(f"{folder.name}.txt")
    wanted.write_text(f"{package} --hash=sha256:{sha256}\n")
    uv = run("bash", "-c", "source scripts/lib/uv.sh && uv_path", cwd=REPOSITORY).strip()
    run(
        uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--target", folder,
        "--requirement", wanted, log=log,
    )  # fmt: skip
