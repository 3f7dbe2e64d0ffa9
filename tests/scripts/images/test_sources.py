"""The label `source` is an address for people, and never holds a credential or a folder of one machine."""

from __future__ import annotations

import pytest

from scripts.images.sources import public_address

GITHUB = "https://github.com/owner/customer-360"


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/owner/customer-360.git",
        "https://someone:token@github.com/owner/customer-360.git",
        "git@github.com:owner/customer-360.git",
        "ssh://git@github.com/owner/customer-360",
    ],
)
def test_a_remote_becomes_the_address_of_its_page(remote: str) -> None:
    assert public_address(remote) == GITHUB


@pytest.mark.parametrize("remote", ["", "/srv/git/customer-360", "../customer-360", "file:///srv/git"])
def test_a_folder_has_no_address(remote: str) -> None:
    assert public_address(remote) == ""
