"""Flux from its Go modules."""

from __future__ import annotations

from scripts.offline.flux import as_main, local_base

GO_MOD = """\
module build

replace github.com/fluxcd/source-controller/api => ./api

replace github.com/opencontainers/go-digest => github.com/opencontainers/go-digest v1.0.1
"""


def test_a_controller_s_api_is_taken_from_its_own_module() -> None:
    found = as_main(GO_MOD, "source-controller", {})

    assert "./api" not in found
    assert "go-digest v1.0.1" in found


def test_a_module_that_is_not_served_is_replaced() -> None:
    found = as_main(GO_MOD, "source-controller", {"example.com/artifact": "v0.18.1"})

    assert found.endswith("replace example.com/artifact => example.com/artifact v0.18.1\n")


def test_released_files_are_taken_from_the_sources() -> None:
    text = "- https://example.com/v1/helm-controller.crds.yaml\n- https://example.com/v1/helm-controller.deployment.yaml\n"

    assert (
        local_base(text, "helm-controller")
        == "- ../../../helm-controller/crd\n- ../../../helm-controller/manager\n"
    )
