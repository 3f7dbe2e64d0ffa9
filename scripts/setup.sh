#!/usr/bin/env bash
# Make .venv (steps, dbt, tests), .venv-sandbox (emulators) and .venv-airflow (the Dag's tests) from the lock files.
# Usage: scripts/setup.sh
# An environment whose lock file has not changed is left as it is; a half-made one is made again.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/uv.sh
source scripts/lib/duckdb_extensions.sh

make_venv() {
  local venv=$1 lock=$2 finish=$3 stamp uv python
  # The folder counts too: an environment cannot be moved.
  stamp=$({ cat "$lock" pyproject.toml scripts/setup.sh; echo "$PWD"; } | sha256sum)
  if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  uv=$(uv_path)
  if [ ! -x "$venv/bin/python" ] || [ ! -f "$venv/.stamp" ]; then
    python=$(python_path)
    echo "setup: $venv with $python"
    "$uv" venv --quiet --clear --python "$python" "$venv"
  fi
  rm -f "$venv/.stamp"
  echo "setup: $venv from $lock"
  "$uv" pip sync --quiet --require-hashes --python "$venv/bin/python" "$lock"
  "$finish" "$uv" "$venv"
  echo "$stamp" >"$venv/.stamp"
}

install_package() {
  "$1" pip install --quiet --no-deps --no-build-isolation --python "$2/bin/python" --editable .
}

place_extensions_in_venv() {
  place_extensions "$2" "$2/home"
}

make_venv .venv requirements/dev.txt install_package
make_venv .venv-sandbox requirements/sandbox.txt place_extensions_in_venv
make_venv .venv-airflow requirements/airflow-test.txt install_package
