#!/usr/bin/env bash
# Resolve every requirements/*.in into a hash-locked .txt. Usage: scripts/lock.sh [--upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/uv.sh

# The day on which the Airflow set was verified; its own constraint files are not on a package index.
airflow_day=2026-11-20

compile() {
  local group=$1
  shift
  echo "lock: $group"
  UV_CUSTOM_COMPILE_COMMAND="make lock" "$(uv_path)" pip compile --quiet --generate-hashes --no-header \
    --python-version 3.13 "$@" "requirements/$group.in" --output-file "requirements/$group.txt"
}

compile dev "$@"
compile runtime "$@" --constraint requirements/dev.txt
compile dbt "$@" --constraint requirements/dev.txt
compile sandbox "$@" --override requirements/sandbox-override.in
compile airflow "$@" --exclude-newer "$airflow_day"
