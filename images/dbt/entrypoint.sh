#!/usr/bin/env bash
# Build a layer, with the project as it was parsed for this target and project. Usage: entrypoint.sh LAYER [--full-refresh]
set -euo pipefail
# dbt compares it with the connection and the files, and parses anew by itself where one differs.
export DBT_PARTIAL_PARSE_FILE_PATH="/app/parsed/${C360_DBT_TARGET:-sandbox}-${C360_PROJECT:-}.msgpack"
exec python -m customer360.steps.transform "$@"
