#!/usr/bin/env bash
# Ask whether a version that a lock file names has a known vulnerability. Usage: scripts/audit.sh [--help]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/venv.sh

make_venv .venv-audit requirements/audit.txt true
exec .venv/bin/python -m scripts.supply_chain.audit "$@"
