# shellcheck shell=bash
# Sourced, not run: puts DuckDB's extensions where DuckDB looks for them.

# place_extensions VENV HOME: DuckDB looks under a home folder, the wheels carry them elsewhere.
place_extensions() {
  local venv=$1 home=$2 platform extension version
  platform=$("$venv/bin/python" -c 'import duckdb; print(duckdb.sql("pragma platform").fetchone()[0])')
  for extension in "$venv"/lib/python*/site-packages/duckdb_extension_*/extensions/*/*.duckdb_extension; do
    version=$(basename "$(dirname "$extension")")
    install -D -m 0644 "$extension" "$home/.duckdb/extensions/$version/$platform/$(basename "$extension")"
  done
}
