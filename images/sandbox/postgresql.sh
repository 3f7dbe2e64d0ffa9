#!/usr/bin/env bash
# Run PostgreSQL in the foreground; an absent or empty $PGDATA is made first, with role and database `airflow`.
# Usage: PGDATA=folder POSTGRES_PASSWORD_FILE=file postgresql.sh [postgres arguments]
set -euo pipefail
: "${PGDATA:?set it to a folder below the volume, such as /var/lib/postgresql/data}"
: "${POSTGRES_PASSWORD_FILE:?set it to the file that holds the password of role airflow}"
umask 077

# Made beside and renamed when whole: what a crash leaves half-made is never taken for a database.
initialise() {
  local new=$PGDATA.new password
  password=$(<"$POSTGRES_PASSWORD_FILE")
  password=${password//\'/\'\'}
  [ -n "$password" ] || { echo "postgresql: $POSTGRES_PASSWORD_FILE is empty" >&2; exit 1; }
  rm -rf "$new"
  initdb --pgdata="$new" --username=postgres --auth-local=peer --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C
  # initdb lets in this machine alone; only Airflow's own role comes from elsewhere.
  echo "host airflow airflow all scram-sha-256" >>"$new/pg_hba.conf"
  # On standard input, since others can read a command line; nor does the log repeat a statement that fails.
  postgres --single -D "$new" -c log_min_error_statement=panic -c exit_on_error=on postgres >/dev/null <<SQL
create role airflow login password '$password'
create database airflow owner airflow
SQL
  rmdir "$PGDATA" 2>/dev/null || true
  mv --no-target-directory "$new" "$PGDATA"
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise; fi
# A stop is to end connections, not to wait for them: for PostgreSQL that is SIGINT.
exec dumb-init --single-child --rewrite 15:2 postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories="$PGDATA" \
  -c jit=off "$@"
