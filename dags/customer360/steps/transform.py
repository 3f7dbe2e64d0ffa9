"""dbt step: one `dbt build` per layer, so that a failing layer stops the ones above it.

Run as a module it is what a dbt pod does. Exit codes: 0 the layer was built and one line of JSON says what it holds,
1 dbt or a load failed and the end of stderr says where, 2 the settings or the arguments are wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from customer360.dbt_session import DbtError, DbtSession, Outcome
from customer360.settings import Settings, SettingsError, from_environment
from customer360.steps.rotate import SUFFIX, finish, is_rotating, prepare_keys
from customer360.warehouse import LoadError, Warehouse

# Each layer with the folders it builds; snapshots read the marts.
SELECTIONS = {
    "staging": ("path:models/staging",),
    "intermediate": ("path:models/intermediate",),
    "marts": ("path:models/marts", "path:snapshots", "path:seeds"),
}
FAILED, WRONG_SETTINGS = 1, 2


def build(
    session: DbtSession, layer: str, full_refresh: bool = False, with_snapshots: bool = True
) -> Outcome:
    """Build and test one layer. Raises DbtError that lists the models and tests that failed."""
    arguments = ["build", "--select", *SELECTIONS[layer], "--exclude-resource-type", "unit_test"]
    arguments += [] if with_snapshots else ["snapshot"]
    # A test that also reads a layer above runs with that layer.
    arguments += ["--indirect-selection", "buildable"]
    return session.run(*arguments, *(["--full-refresh"] if full_refresh else []))


def freshness(session: DbtSession) -> Outcome:
    """Check when the raw tables were last loaded. Raises DbtError when one is stale."""
    return session.run("source", "freshness")


def transform(
    settings: Settings, layer: str, full_refresh: bool = False, needs_freshness: bool = True
) -> Outcome:
    """Build one layer after what it needs: fresh raw tables for staging, the hash keys for intermediate.

    While keys rotate, the layers with hashes are built beside what is read; the last one ends it.
    Raises SettingsError, LoadError and DbtError.
    """
    warehouse = Warehouse.connect(settings)
    if layer == "intermediate":
        rotates = prepare_keys(warehouse, settings)
    else:
        rotates = layer == "marts" and is_rotating(warehouse, settings)
    # What dbt has parsed elsewhere has other names of tables.
    target_path = settings.dbt_target_path / ("next" if rotates else "")
    variables = {"C360_TABLE_SUFFIX": SUFFIX} if rotates else {}
    with DbtSession(settings.dbt_directory, settings.dbt_target, target_path, variables=variables) as session:
        if layer == "staging" and needs_freshness:
            freshness(session)
        outcome = build(session, layer, full_refresh or rotates, with_snapshots=not rotates)
    if rotates and layer == "marts":
        finish(warehouse, settings)
    return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the layer that is named on the command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m customer360.steps.transform", description=__doc__)
    parser.add_argument("layer", choices=SELECTIONS)
    parser.add_argument(
        "--full-refresh",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="build facts from nothing",
    )
    parser.add_argument(
        "--freshness",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="refuse stale raw tables (default)",
    )
    chosen = parser.parse_args(arguments)
    try:
        outcome = transform(from_environment(), chosen.layer, chosen.full_refresh, chosen.freshness)
    except SettingsError as error:
        print(f"settings: {error}", file=sys.stderr)
        return WRONG_SETTINGS
    except (DbtError, LoadError) as error:
        print(error, file=sys.stderr)
        return FAILED
    counts = {name: getattr(outcome, name) for name in ("passed", "warned", "failed", "models")}
    print(json.dumps({"layer": chosen.layer, **counts}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
