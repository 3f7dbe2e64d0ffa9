#!/usr/bin/env bash
# Make .venv (steps, dbt, tests) and .venv-sandbox (emulators) from the lock files. Usage: scripts/setup.sh
# A venv whose lock file has not changed is left as it is; a half-made one is made again.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/uv.sh

make_venv() {
  local venv=$1 lock=$2
  shift 2
  local stamp
  stamp=$(cat "$lock" pyproject.toml scripts/setup.sh | sha256sum)
  if [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  local uv python
  uv=$(uv_path)
  python=$(python_path)
  echo "setup: $venv from $lock with $python"
  rm -f "$venv/.stamp"
  if ! "$venv/bin/python" -c '' 2>/dev/null; then "$uv" venv --quiet --clear --python "$python" "$venv"; fi
  "$uv" pip sync --quiet --require-hashes --python "$venv/bin/python" "$lock"
  "$@" "$uv" "$venv"
  echo "$stamp" >"$venv/.stamp"
}

install_package() {
  "$1" pip install --quiet --no-deps --no-build-isolation --python "$2/bin/python" --editable .
}

# DuckDB looks for extensions under a home folder; the wheels carry them.
place_extensions() {
  local found
  for found in "$2"/lib/python*/site-packages/duckdb_extension_*/extensions/*/*.duckdb_extension; do
    local version
    version=$(basename "$(dirname "$found")")
    install -D -m 0644 "$found" "$2/home/.duckdb/extensions/$version/$(uname -s | tr '[:upper:]' '[:lower:]')_$(dpkg_arch)/$(basename "$found")"
  done
}

dpkg_arch() {
  case $(uname -m) in x86_64) echo amd64 ;; aarch64 | arm64) echo arm64 ;; *) uname -m ;; esac
}

make_venv .venv requirements/dev.txt install_package
make_venv .venv-sandbox requirements/sandbox.txt place_extensions
