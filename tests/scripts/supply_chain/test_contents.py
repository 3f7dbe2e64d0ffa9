"""Two images are equal when every path is, whenever its file was written."""

from __future__ import annotations

import io
import tarfile

import msgpack
import pytest

from scripts.supply_chain.contents import Contents, described, different


def image(
    *, text: bytes = b"text", mode: int = 0o644, uid: int = 0, mtime: int = 1, link: str = "file"
) -> Contents:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as members:
        file = tarfile.TarInfo("app/file")
        file.size, file.mode, file.uid, file.mtime = len(text), mode, uid, mtime
        members.addfile(file, io.BytesIO(text))
        symbolic = tarfile.TarInfo("app/link")
        symbolic.type, symbolic.linkname = tarfile.SYMTYPE, link
        members.addfile(symbolic)
        members.addfile(tarfile.TarInfo("etc/hostname"), io.BytesIO())
    archive.seek(0)
    return described(archive)


def test_when_a_file_was_written_does_not_count() -> None:
    assert different(image(mtime=1), image(mtime=2)) == []


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        (image(text=b"next"), "app/file"),
        (image(mode=0o755), "app/file"),
        (image(uid=50000), "app/file"),
        (image(link="other"), "app/link"),
        ({}, "app/file"),
    ],
)
def test_content_mode_owner_and_target_count(changed: Contents, path: str) -> None:
    assert path in different(image(), changed)


def test_what_docker_puts_into_a_container_is_not_of_the_image() -> None:
    assert set(image()) == {"app/file", "app/link"}


def parsed(**project: object) -> Contents:
    content = msgpack.packb(project)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as members:
        file = tarfile.TarInfo("app/parsed/prod.msgpack")
        file.size = len(content)
        members.addfile(file, io.BytesIO(content))
    archive.seek(0)
    return described(archive)


def test_when_dbt_parsed_the_project_does_not_count_and_what_it_found_does() -> None:
    one = parsed(nodes=[{"name": "orders", "created_at": 1.5}], metadata={"invocation_id": "a"})
    later = parsed(nodes=[{"name": "orders", "created_at": 2.5}], metadata={"invocation_id": "b"})
    other = parsed(nodes=[{"name": "items", "created_at": 1.5}], metadata={"invocation_id": "a"})
    assert different(one, later) == []
    assert different(one, other) == ["app/parsed/prod.msgpack"]
