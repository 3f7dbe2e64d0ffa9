"""Which terraform is run."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cluster import ClusterError, upstream
from scripts.commands import run
from scripts.terraform import TerraformError, program
from tests.web import serving


def archive() -> bytes:
    """A release's archive with a script as the program."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("terraform", "#!/bin/sh\necho released\n")
    return content.getvalue()


RELEASE = archive()
FILES = {
    "/terraform.zip": RELEASE,
    "/SHA256SUMS": f"{hashlib.sha256(RELEASE).hexdigest()}  terraform.zip\n".encode(),
    "/WRONG": f"{'0' * 64}  terraform.zip\n".encode(),
    "/OTHERS": f"{'0' * 64}  others.zip\n".encode(),
}


@pytest.fixture
def server() -> Iterator[str]:
    with serving(FILES) as address:
        yield address


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty caches, nothing but a folder on PATH, and no upstream."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(upstream, "answers", lambda _url: False)
    (tmp_path / "bin").mkdir()
    return tmp_path


def install(folder: Path, version: str) -> Path:
    """A script that says it is Terraform of a version."""
    path = folder / "terraform"
    path.write_text(f"""#!/bin/sh\necho '{{"terraform_version": "{version}"}}'\n""")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("version", "expected"), [("1.9.0", True), ("1.11.4", True), ("2.0.0-rc1", True), ("1.8.5", False)]
)
def test_versions_are_compared_by_their_numbers(version: str, expected: bool) -> None:
    assert program.as_new_as(version, "1.9") is expected


def test_one_on_path_that_is_new_enough_is_taken(caches: Path) -> None:
    path = install(caches / "bin", "1.12.2")
    found = program.provide()
    assert (found.path, str(found)) == (path, "terraform 1.12.2: on PATH")


def test_one_that_is_too_old_is_not_taken(caches: Path) -> None:
    install(caches / "bin", "1.5.7")
    with pytest.raises(
        TerraformError, match=r"terraform 1\.11 or newer is not on PATH, .* install it: https"
    ):
        program.provide()


def test_a_pinned_one_that_was_brought_before_is_taken(caches: Path) -> None:
    folder = caches / "customer360" / "bin" / "terraform-1.11.4"
    folder.mkdir(parents=True)
    install(folder, "1.11.4")
    assert str(program.provide()) == "terraform 1.11.4: cached"


def test_a_release_with_the_listed_checksum_is_kept_and_runs(server: str, tmp_path: Path) -> None:
    path = tmp_path / "terraform"
    program.fetch(f"{server}/terraform.zip", f"{server}/SHA256SUMS", path)
    assert run(path) == "released\n"


@pytest.mark.parametrize(
    ("checksums", "message"), [("WRONG", "the checksum is"), ("OTHERS", r"does not list terraform\.zip")]
)
def test_a_release_with_another_checksum_or_none_is_refused(
    server: str, tmp_path: Path, checksums: str, message: str
) -> None:
    with pytest.raises(ClusterError, match=message):
        program.fetch(f"{server}/terraform.zip", f"{server}/{checksums}", tmp_path / "terraform")
    assert list(tmp_path.iterdir()) == []
