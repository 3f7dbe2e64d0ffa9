"""In what order a commit is released, and that nothing leaves before everything was scanned.

docker, grype and cosign are stand-ins that write down how they were called: there is no registry, no database of
vulnerabilities and no one to sign as here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts import docker
from scripts.cluster import programs
from scripts.images import builder
from scripts.release import __main__ as module

REGISTRY = "us-docker.pkg.dev/acme/customer-360"
TAG = "0123456789ab"
STAND_IN = """#!/bin/bash
name=$(basename "$0")
echo "$name $*" >>{log}
if [[ "$name $*" == *"${{FAIL:-nothing}}"* ]]; then echo "$name says no" >&2; exit 1; fi
case "$name $*" in
  "docker manifest inspect"*) [ -n "$RELEASED" ] ;;
  "docker image inspect --format"*) echo "[\\"elsewhere@sha256:0\\", \\"${{!#%:*}}@sha256:1\\"]" ;;
  "docker image inspect"*) echo '[{{"Id": "sha256:9", "Size": 1000000, "RootFS": {{"Layers": [1]}}}}]' ;;
  "docker run"*) echo '{{"python": [], "debian": [], "release": "13"}}' ;;
esac
"""


@dataclass
class Place:
    """Where the stand-ins write, and the command leaves its files."""

    folder: Path

    def calls(self, *chosen: str) -> list[str]:
        lines = (self.folder / "calls").read_text().splitlines()
        return [line for line in lines if line.startswith(chosen)]

    def release(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.folder / "release" / "release.json").read_text())
        return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER", str(tmp_path / "docker"))
    monkeypatch.setenv("C360_REGISTRY", REGISTRY)
    monkeypatch.setattr(docker, "program", lambda: str(tmp_path / "docker"))
    monkeypatch.setattr("scripts.images.sbom.program", lambda: str(tmp_path / "docker"))
    monkeypatch.setattr(builder, "OUTPUT", tmp_path / "images")
    monkeypatch.setattr(builder, "BUILT", tmp_path / "images" / "built.json")
    monkeypatch.setattr(module, "OUTPUT", tmp_path / "release")
    monkeypatch.setattr(module, "image_tag", lambda: TAG)
    (tmp_path / "images").mkdir()
    for program in (tmp_path / "docker", programs.path("grype"), programs.path("cosign")):
        program.write_text(STAND_IN.format(log=tmp_path / "calls"))
        program.chmod(0o755)
    return Place(tmp_path)


def test_everything_is_built_then_scanned_then_pushed_then_signed(place: Place) -> None:
    assert module.main([]) == 0
    verbs = ("docker build", "grype", "docker push", "cosign")
    seen = [next(verb for verb in verbs if line.startswith(verb)) for line in place.calls(*verbs)]
    assert seen == [verb for verb in verbs for _ in range(6 if verb == "cosign" else 2)]


def test_the_release_names_the_images_that_google_cloud_runs_by_their_digests(place: Place) -> None:
    module.main([])
    images = {name: f"{REGISTRY}/{name}@sha256:1" for name in ("airflow", "dbt")}
    assert (place.release()["tag"], place.release()["images"]) == (TAG, images)


def test_what_is_signed_is_named_by_its_digest(place: Place) -> None:
    module.main([])
    digests = [line.split()[-1] for line in place.calls("cosign")]
    assert digests == [f"{REGISTRY}/{name}@sha256:1" for name in ("airflow", "dbt") for _ in range(3)]


def test_an_image_is_signed_with_what_it_holds_and_where_it_comes_from(place: Place) -> None:
    module.main([])
    bill, origin = place.folder / "images/dbt.cdx.json", place.folder / "release/dbt.provenance.json"
    digest = f"{REGISTRY}/dbt@sha256:1"
    assert place.calls("cosign")[3:] == [
        f"cosign sign --yes {digest}",
        f"cosign attest --yes --type cyclonedx --predicate {bill} {digest}",
        f"cosign attest --yes --type slsaprovenance1 --predicate {origin} {digest}",
    ]
    assert bill.exists()
    assert origin.exists()


def test_a_high_vulnerability_that_has_a_remedy_stops_before_anything_is_pushed(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAIL", f"grype docker:{REGISTRY}/dbt:{TAG}")
    assert module.main([]) == 1
    assert "grype says no" in capsys.readouterr().out
    assert place.calls("docker push", "cosign") == []
    assert not (place.folder / "release/release.json").exists()


def test_the_scan_asks_for_high_vulnerabilities_with_a_remedy(place: Place) -> None:
    module.main([])
    assert all("--only-fixed --fail-on high" in line for line in place.calls("grype"))


def test_what_the_registry_has_of_a_commit_is_not_built_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELEASED", "yes")
    assert module.main([]) == 0
    assert place.calls("docker build") == []
    assert place.calls("docker pull") == [
        f"docker pull --quiet {REGISTRY}/{name}:{TAG}" for name in ("airflow", "dbt")
    ]


def test_an_image_that_cannot_be_signed_fails_the_release(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL", "cosign attest")
    assert module.main([]) == 1
    assert not (place.folder / "release/release.json").exists()


def test_what_was_pushed_by_another_command_is_signed_by_its_digest(place: Place) -> None:
    assert module.main(["--sign", "release"]) == 0
    digest, origin = f"{REGISTRY}/release@sha256:1", place.folder / "release/release.provenance.json"
    assert place.calls("docker push", "docker build", "grype", "cosign") == [
        f"cosign sign --yes {digest}",
        f"cosign attest --yes --type slsaprovenance1 --predicate {origin} {digest}",
    ]


def test_files_that_are_not_committed_are_not_released(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "image_tag", lambda: f"{TAG}-cdef")
    assert module.main([]) == 1
    assert "commit them, a release is of a commit" in capsys.readouterr().out
    assert not (place.folder / "calls").exists()


def test_without_a_registry_the_message_says_where_its_address_is(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("C360_REGISTRY")
    assert module.main([]) == 1
    assert "terraform output registry" in capsys.readouterr().out
    assert not (place.folder / "calls").exists()
