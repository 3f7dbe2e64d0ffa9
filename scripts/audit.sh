#!/usr/bin/env bash
# Ask whether a version that a lock file names has a known vulnerability. Usage: scripts/audit.sh
# Exit codes: 0 none has, 1 one has, 2 the service that knows does not answer. build/audit/ has what it said.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/venv.sh

make_venv .venv-audit requirements/audit.txt true
mkdir -p build/audit
status=0
for lock in runtime dbt airflow sandbox dev; do
  answer=build/audit/$lock.json
  rm -f "$answer"
  if .venv-audit/bin/pip-audit --require-hashes --disable-pip --progress-spinner off --requirement "requirements/$lock.txt" \
    --format json --output "$answer" 2>build/audit/$lock.log; then
    echo "audit: $lock: nothing known"
  elif [ -s "$answer" ]; then
    cat build/audit/$lock.log "$answer"
    status=1
  else
    tail -n 1 build/audit/$lock.log >&2
    echo "audit: $lock was not looked up: the service of vulnerabilities does not answer. Run it where it does." >&2
    exit 2
  fi
done
exit $status
