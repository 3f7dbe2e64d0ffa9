"""The Docker engine."""

from __future__ import annotations

import pytest

from scripts.cluster.engine import may_claim_resources


@pytest.mark.parametrize(("bounding", "expected"), [("000001ffffffffff", True), ("000001fffeffffff", False)])
def test_the_capability_is_read_from_the_kernel_s_words(bounding: str, expected: bool) -> None:
    assert may_claim_resources(f"Name:\tbash\nCapEff:\t0\nCapBnd:\t{bounding}\n") is expected
