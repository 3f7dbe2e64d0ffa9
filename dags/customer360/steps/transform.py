"""dbt step: one `dbt build` per layer, so that a failing layer stops the ones above it."""

from __future__ import annotations

from customer360.dbt_session import DbtSession, Outcome

# Each layer with the folders it builds; snapshots read the marts.
SELECTIONS = {
    "staging": ("path:models/staging",),
    "intermediate": ("path:models/intermediate",),
    "marts": ("path:models/marts", "path:snapshots", "path:seeds"),
}


def build(session: DbtSession, layer: str, full_refresh: bool = False) -> Outcome:
    """Build and test one layer. Raises DbtError that lists the models and tests that failed."""
    arguments = ["build", "--select", *SELECTIONS[layer], "--exclude-resource-type", "unit_test"]
    # A test that also reads a layer above runs with that layer.
    arguments += ["--indirect-selection", "buildable"]
    return session.run(*arguments, *(["--full-refresh"] if full_refresh else []))


def freshness(session: DbtSession) -> Outcome:
    """Check when the raw tables were last loaded. Raises DbtError when one is stale."""
    return session.run("source", "freshness")
