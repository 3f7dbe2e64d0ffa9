"""What is made of the events of pods."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.cluster.pods import PodWatch, state_of, task_of


def pod(name: str = "one", phase: str = "Running", **labels: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {"task_id": "load", **labels}}, "status": {"phase": phase}}


def event(kind: str, description: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "object": description})


def test_a_line_that_was_cut_off_is_refused_after_what_came_before() -> None:
    watch = PodWatch()
    with pytest.raises(ValueError, match="Expecting"):
        watch.take([event("ADDED", pod()), '{"type": '])
    assert list(watch.seen) == ["one"]


def test_an_error_in_place_of_a_pod_is_refused() -> None:
    with pytest.raises(KeyError):
        PodWatch().take([json.dumps({"type": "ERROR", "object": {"kind": "Status", "metadata": {}}})])


def test_a_task_has_the_state_of_its_last_event() -> None:
    watch = PodWatch()
    watch.take([event("ADDED", pod(phase="Pending")), event("MODIFIED", pod())])
    assert watch.states() == {"load": "Running"}


def test_a_pod_that_is_gone_has_no_state_and_was_seen() -> None:
    watch = PodWatch()
    watch.take([event("ADDED", pod()), event("DELETED", pod(phase="Succeeded"))])
    assert (watch.states(), list(watch.seen)) == ({}, ["one"])


def test_mapped_tasks_are_told_apart() -> None:
    assert [task_of(pod(map_index="3")), task_of(pod())] == ["load[3]", "load"]


def test_a_container_that_waits_says_why() -> None:
    waiting = {"containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]}
    assert state_of({"status": {"phase": "Pending", **waiting}}) == "ImagePullBackOff"
