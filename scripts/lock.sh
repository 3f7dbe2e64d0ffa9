#!/usr/bin/env bash
# Resolve every requirements/*.in into a hash-locked .txt. Usage: scripts/lock.sh [--upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/uv.sh

# The day after Airflow 3.3.2 appeared: its own tests have seen nothing newer.
airflow_day=2026-09-18

compile() {
  local group=$1
  shift
  echo "lock: $group"
  "$uv" pip compile --quiet --generate-hashes --no-header --python-version "$PYTHON_VERSION" \
    "$@" "requirements/$group.in" --output-file "requirements/$group.txt"
}

uv=$(uv_path)
compile uv "$@"
compile dev "$@"
# The images must run what was tested.
compile runtime "$@" --constraint requirements/dev.txt
compile dbt "$@" --constraint requirements/dev.txt --excludes requirements/dbt-exclude.in
compile checkov "$@"
compile audit "$@"
compile sandbox "$@" --override requirements/sandbox-override.in
compile airflow "$@" --exclude-newer "$airflow_day" --excludes requirements/airflow-exclude.in
compile airflow-test "$@" --exclude-newer "$airflow_day" --excludes requirements/airflow-exclude.in \
  --constraint requirements/airflow.txt
