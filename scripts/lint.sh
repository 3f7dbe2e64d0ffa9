#!/usr/bin/env bash
# Run every check, even after one has failed, and name the failed ones at the end. Usage: scripts/lint.sh
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
check() {
  local name=$1
  shift
  echo "lint: $name"
  "$@" || failed+=("$name")
}

gofmt_clean() {
  local unformatted
  unformatted=$(gofmt -l scripts/lint_sql scripts/offline/terraform)
  [ -z "$unformatted" ] || { echo "gofmt: $unformatted"; return 1; }
}

check ruff .venv/bin/ruff check --quiet
check format .venv/bin/ruff format --check --quiet
check mypy .venv/bin/mypy
# sqlfluff's processes warn of a semaphore at their end.
check sqlfluff env PYTHONWARNINGS=ignore .venv/bin/sqlfluff lint --nocolor --disable-progress-bar --processes 2 dbt
check yamllint .venv/bin/yamllint --strict .
check shellcheck .venv/bin/shellcheck -x scripts/*.sh scripts/lib/*.sh images/*/*.sh .ci/run
check actionlint .venv/bin/python -m scripts.actionlint
# The strictest persona; offline, so that no network and no token is asked for.
check zizmor .venv/bin/zizmor --quiet --offline --persona auditor --strict-collection .github
if command -v gofmt >/dev/null; then check gofmt gofmt_clean; fi
check catalogue .venv/bin/python -m scripts.catalogue verify
check house-rules .venv/bin/python -m scripts.house_rules
check licences .venv/bin/python -m scripts.supply_chain.list_licences

if [ ${#failed[@]} -gt 0 ]; then
  echo "lint: failed: ${failed[*]}" >&2
  exit 1
fi
echo "lint: all checks passed"
