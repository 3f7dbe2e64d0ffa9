"""The tag of our images."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import image_tag as module
from scripts.commands import run
from scripts.image_tag import image_tag


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "dag.py").write_text("pass\n")
    for folder in ("dbt", "images", "requirements", "scripts/lib", "scripts/sandbox"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "kept").write_text("")
    for file in ("__init__.py", "memory.py"):
        (tmp_path / "scripts" / file).write_text("")
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "Begin"]):
        run("git", *command, cwd=tmp_path)
    monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    return tmp_path


def test_a_clean_tree_has_its_commit_as_tag(repository: Path) -> None:
    assert image_tag() == run("git", "rev-parse", "HEAD", cwd=repository)[:12]


def test_two_different_changes_have_two_different_tags(repository: Path) -> None:
    (repository / "dags" / "dag.py").write_text("1\n")
    first = image_tag()
    (repository / "dags" / "dag.py").write_text("2\n")
    assert image_tag() != first


def test_a_change_outside_the_images_does_not_change_the_tag(repository: Path) -> None:
    before = image_tag()
    (repository / "README.md").write_text("words\n")
    assert image_tag() == before


def test_asking_for_the_tag_stages_nothing(repository: Path) -> None:
    (repository / "dags" / "dag.py").write_text("1\n")
    image_tag()
    assert run("git", "status", "--porcelain", cwd=repository).startswith(" M")
