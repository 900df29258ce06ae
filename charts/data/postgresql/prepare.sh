#!/usr/bin/env bash
# Runs before the server, in an init container. It creates the data directory on an empty volume, and brings accounts and databases to what
# the settings want, at every start: so a new database, or a changed password, needs a restart only.
#
# usage: prepare.sh [database…]
# Environment: POD, VOLUME, PGDATA, PGHOST (folder of the socket), CONFIG, and
#   PASSWORD_<account>      of exporter, backup, pgbouncer, and of <database> and <database>_owner of each database
#   LIMIT_EXPORTER, LIMIT_BACKUP, LIMIT_PGBOUNCER     connections that the account may hold
#   LIMIT_APPLICATION, LIMIT_OWNER                    the same for the two accounts of each database
#   SOCKET_METHOD           how the superuser logs in over the socket meanwhile [peer]; a drill has no other user there
set -euo pipefail
: "${LIMIT_EXPORTER:?}" "${LIMIT_BACKUP:?}" "${LIMIT_PGBOUNCER:?}" "${LIMIT_APPLICATION:?}" "${LIMIT_OWNER:?}"

fail() {
  echo "$POD: $*" >&2
  exit 1
}

# How the server runs meanwhile: for this pod only.
HBA=/tmp/pg_hba.conf
TEMPORARY="-c config_file=$CONFIG/postgresql.conf -c hba_file=$HBA -c listen_addresses= -c shared_preload_libraries="

# Nothing that lies in an application's schema is ever called as the superuser.
superuser() {
  PGOPTIONS='-c search_path=pg_catalog' psql -XAtq -v ON_ERROR_STOP=1 -U postgres "$@"
}

password_of() {
  local variable="PASSWORD_$1"
  [[ -n ${!variable:-} ]] || fail "no password for the account $1: \$$variable is empty"
  printf '%s' "${!variable}"
}

# The rules of sorting are the server's own, not the C library's: those change with the image, and would break indexes.
create() {
  local locale=(--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C.UTF-8)
  if ((MAJOR < 17)); then locale=(--locale=C.UTF-8); fi
  echo "$POD: creating the data directory"
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=postgres --encoding=UTF8 "${locale[@]}" --data-checksums \
    --auth-local=peer --auth-host=reject --set=huge_pages=off
  # renamed when complete: a start that is interrupted begins again instead of leaving half a data directory
  mv "$PGDATA.new" "$PGDATA"
  sync -f "$VOLUME"
}

refuse_other_version() {
  local version
  version=$(<"$PGDATA/PG_VERSION")
  [[ $version == "$MAJOR" ]] || fail "the data directory is of PostgreSQL $version, and this is $MAJOR: set version back to '$version'," \
    "or move the data as the runbook says"
}

# An account with these options. They hold nothing secret.
account() {
  local name=$1 options=$2
  superuser -v name="$name" <<SQL
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE $options;
SQL
}

# Sets a password that does not let the account in: the secret made from one that does is kept, since poolers hold keys made from it.
password() {
  local name=$1 database=$2 secret
  secret=$(password_of "$name")
  if PGPASSWORD=$secret psql -XAtq -U "$name" -d "$database" -c 'SELECT' >/dev/null 2>&1; then return; fi
  SECRET=$secret superuser -v name="$name" <<'SQL'
-- the text of a statement that fails would be logged
SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;
\getenv secret SECRET
ALTER ROLE :"name" PASSWORD :'secret';
SQL
}

operations() {
  account exporter "NOREPLICATION NOBYPASSRLS CONNECTION LIMIT $LIMIT_EXPORTER"
  account backup "NOREPLICATION BYPASSRLS CONNECTION LIMIT $LIMIT_BACKUP"
  account pgbouncer "NOREPLICATION NOBYPASSRLS CONNECTION LIMIT $LIMIT_PGBOUNCER"
  # no right covers large objects
  superuser -d postgres -c 'ALTER ROLE backup SET lo_compat_privileges = on'
  superuser -d postgres -f "$CONFIG/operations.sql"
  superuser -d postgres -f "$CONFIG/strata.sql"
  local name
  for name in exporter backup pgbouncer; do password "$name" postgres; done
}

database() {
  local db=$1 owner=$1_owner
  account "$db" "NOREPLICATION NOBYPASSRLS CONNECTION LIMIT $LIMIT_APPLICATION"
  account "$owner" "NOREPLICATION NOBYPASSRLS CONNECTION LIMIT $LIMIT_OWNER"
  superuser -d postgres -v db="$db" -v owner="$owner" <<'SQL'
-- a transaction that is forgotten open keeps dead rows and locks
-- whatever the application made, large objects above all, its owner may restore
GRANT :"db" TO :"owner";
ALTER ROLE :"db" SET idle_in_transaction_session_timeout = '10min';
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', :'db', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'db') \gexec
SQL
  superuser -d "$db" -v db="$db" -v owner="$owner" -f "$CONFIG/database.sql"
  superuser -d "$db" -f "$CONFIG/strata.sql"
  password "$db" "$db"
  password "$owner" "$db"
}

# Data of a cluster with standbys, which this engine no longer has: started as it is, it would wait for a primary for ever.
refuse_standby() {
  [[ ! -e $PGDATA/standby.signal ]] || fail "the data directory is a standby's: remove $PGDATA/standby.signal if it is the only copy, and" \
    "start again"
}

MAJOR=$(postgres --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
for name in exporter backup pgbouncer "$@" "${@/%/_owner}"; do password_of "$name" >/dev/null; done
rm -rf "$PGDATA.new" "$PGDATA.old"
if [[ -e $PGDATA ]]; then
  refuse_other_version
  refuse_standby
else
  create
fi
chmod 0700 "$PGDATA"
printf '%s\n' "local all postgres ${SOCKET_METHOD:-peer}" 'local all all scram-sha-256' >"$HBA"
# after a crash it recovers first, which may take long
pg_ctl start --silent --wait --timeout=86400 --pgdata="$PGDATA" --options="$TEMPORARY"
operations
for name; do database "$name"; done
pg_ctl stop --silent --wait --timeout=86400 --mode=fast --pgdata="$PGDATA"
