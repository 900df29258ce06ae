#!/usr/bin/env bash
# Gives the accounts of each database their rights in it, as its owner: what the operator does not keep. It may run again at any time.
#
# usage: accounts.sh <database>…
# Environment: libpq's PGHOST, PGSSLMODE, PGSSLROOTCERT; PASSWORD_<database> of the role <database>_owner; TRIES [60], five seconds apart
set -euo pipefail

fail() {
  echo "accounts: $1. $2" >&2
  exit 1
}

# The operator makes roles and databases after the server is there.
await() {
  local try
  for ((try = 1; try <= ${TRIES:-60}; try++)); do
    if psql -XAtq -c 'SELECT' >/dev/null 2>"$HOME/answer"; then return; fi
    sleep 5
  done
  cat "$HOME/answer" >&2
  fail "$PGUSER cannot log into $PGDATABASE" 'Is the Database applied (kubectl get databases.postgresql.cnpg.io)?'
}

for database; do
  password=PASSWORD_$database
  [[ ${!password:-} ]] || fail "no password for ${database}_owner: \$$password is empty" 'Take it from the Secret of the owner'
  export PGDATABASE=$database PGUSER=${database}_owner PGPASSWORD=${!password} PGCONNECT_TIMEOUT=10
  await
  PGOPTIONS='-c search_path=pg_catalog' psql -Xq -v ON_ERROR_STOP=1 -v db="$database" -v owner="$PGUSER" -f "${0%/*}/accounts.sql" ||
    fail "the rights in $database cannot be set" 'Look at the lines above'
  echo "accounts: $database"
done
