#!/usr/bin/env bash
# Run the campaigns that take too long for every change, each even after one has failed. Usage: scripts/qa.sh
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
campaign() {
  echo "qa: $*"
  "$@" || failed+=("$*")
}

campaign .venv/bin/python -m pytest -m qa
campaign make leak-campaign
campaign make fuzz-data
campaign make scale-model
campaign make chaos

if [ ${#failed[@]} -gt 0 ]; then
  printf 'qa: failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "qa: all campaigns passed"
