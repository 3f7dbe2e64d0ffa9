#!/usr/bin/env bash
# Stop the sandbox and remove build/ and dbt's output; environments stay. Usage: scripts/clean.sh
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -f build/sandbox/sandbox.json ] && [ -x .venv/bin/python ]; then .venv/bin/python -m scripts.sandbox down; fi
rm -rf build dbt/target dbt/logs .coverage
