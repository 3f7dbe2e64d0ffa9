# shellcheck shell=bash
# Sourced, not run: makes an environment from its lock file. One whose lock file has not changed is left as it is; a
# half-made one is made again.
source scripts/lib/uv.sh

make_venv() {
  local venv=$1 lock=$2 finish=$3 stamp uv python
  # The folder counts too: an environment cannot be moved.
  stamp=$({ cat "$lock" pyproject.toml scripts/setup.sh scripts/lib/venv.sh; echo "$PWD"; } | sha256sum)
  if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
  uv=$(uv_path)
  if [ ! -x "$venv/bin/python" ] || [ ! -f "$venv/.stamp" ]; then
    python=$(python_path)
    echo "setup: $venv with $python"
    "$uv" venv --quiet --clear --python "$python" "$venv"
  fi
  rm -f "$venv/.stamp"
  echo "setup: $venv from $lock"
  # Compiled once here: where the environment forbids it later, dbt alone starts seconds later each time.
  "$uv" pip sync --quiet --compile-bytecode --require-hashes --python "$venv/bin/python" "$lock"
  "$finish" "$uv" "$venv"
  echo "$stamp" >"$venv/.stamp"
}
