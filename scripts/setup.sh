#!/usr/bin/env bash
# Make .venv (steps, dbt, tests), .venv-sandbox (emulators) and .venv-airflow (the Dag's tests) from the lock files.
# Usage: scripts/setup.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/venv.sh
source scripts/lib/duckdb_extensions.sh

install_package() {
  "$1" pip install --quiet --no-deps --no-build-isolation --python "$2/bin/python" --editable .
}

place_extensions_in_venv() {
  place_extensions "$2" "$2/home"
}

make_venv .venv requirements/dev.txt install_package
make_venv .venv-sandbox requirements/sandbox.txt place_extensions_in_venv
make_venv .venv-airflow requirements/airflow-test.txt install_package
