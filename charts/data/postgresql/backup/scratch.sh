#!/usr/bin/env bash
# A scratch server in the pod of a drill, for the steps that read it from beside themselves: on a unix socket only, with little memory, and
# gone with the step. After session.sh.

readonly SCRATCH=$WORK/scratch

# All that is not as on the live server: it is reached over a socket only, without a password; little memory; nothing survives a crash, and need
# not.
scratch_settings() {
  cat <<END
listen_addresses = ''
unix_socket_directories = '$SCRATCH/socket'
hba_file = '$SCRATCH/pg_hba.conf'
ssl = off
shared_buffers = 64MB
maintenance_work_mem = 64MB
max_connections = 20
autovacuum = off
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 512MB
archive_mode = off
logging_collector = off
log_destination = stderr
# names may be in it
log_min_error_statement = panic
END
}

# make_server <folder of the scripts> <database>…: with accounts and databases as on the live server, by what makes that; then starts it, and
# ends it with the step. The superuser may do as he likes from then on.
make_server() {
  local here=$1 account
  shift
  mkdir -p "$SCRATCH"
  rm -rf "${SCRATCH:?}"/*
  mkdir -p "$SCRATCH/socket" "$SCRATCH/config"
  cp "$here"/{operations,database,strata}.sql "$SCRATCH/config/"
  { cat "$here/postgresql.conf" && scratch_settings; } >"$SCRATCH/config/postgresql.conf"
  printf 'local all all trust\n' >"$SCRATCH/pg_hba.conf"
  unset PGPASSWORD PGPASSFILE PGSSLMODE PGSSLROOTCERT
  export PGHOST=$SCRATCH/socket PGPORT=5432 PGDATA=$SCRATCH/data VOLUME=$SCRATCH CONFIG=$SCRATCH/config POD=drill SOCKET_METHOD=trust
  export LIMIT_EXPORTER=3 LIMIT_BACKUP=5 LIMIT_PGBOUNCER=4 LIMIT_APPLICATION=5 LIMIT_OWNER=5
  for account in exporter backup pgbouncer "$@" "${@/%/_owner}"; do export "PASSWORD_$account=drill"; done
  # restore.sh knows the owner's as the database's
  bash "$here/prepare.sh" "$@" >"$SCRATCH/server.log" 2>&1 || {
    tail -n 40 "$SCRATCH/server.log" >&2
    fail 'the server cannot be made' "See its log above; is there room in $WORK?"
  }
  # the superuser of every server of ours
  export PGUSER=postgres
  trap 'pg_ctl stop --pgdata="$PGDATA" --mode=immediate --silent || true' EXIT
  pg_ctl start --pgdata="$PGDATA" --no-wait --silent --log="$SCRATCH/server.log" --options="-c config_file='$CONFIG/postgresql.conf'"
  await "$PGDATA" 60
}

# await <data directory> <seconds>: until the server takes writes.
await() {
  local recovering second
  for ((second = 0; second < $2; second++)); do
    recovering=$(sql template1 --command='SELECT pg_is_in_recovery()' 2>/dev/null) || recovering=t
    if [[ $recovering == f ]]; then return 0; fi
    # on a busy node the server takes a while to write its process id, without which it looks as if it had ended
    if ((second >= 15)) && ! pg_ctl status --pgdata="$1" >/dev/null; then break; fi
    sleep 1
  done
  tail -n 40 "$SCRATCH/server.log" >&2
  fail 'the server does not come up' "See its log above; is there room in $WORK?"
}

# elapsed <file>: seconds since the time in it.
elapsed() { echo $(($(date -u +%s) - $(cat "$1"))); }

# check_sentinel <database> <id> <most seconds>: says how many seconds old it is; fails where it is not there or too old.
check_sentinel() {
  local age
  age=$(sql "$1" --set=id="$2" <<<"
    SELECT round(extract(epoch FROM clock_timestamp() - written))::bigint FROM strata.backup_sentinel WHERE id = :'id'") ||
    fail "$1 has no sentinels" 'The set is not what the dump wrote: use another set (SET=<name>), and make a new backup'
  [[ -n $age ]] || fail "$1 lacks the sentinel $2" 'The set is not what the dump wrote: make a new backup'
  ((age <= $3)) || fail "the sentinel in $1 is $age s old, more than $3 s" 'An old set was restored: look at the last runs of the backup'
  echo "$age"
}

# connection_to <database>: for programs that take a connection string.
connection_to() {
  local name=${1//\\/\\\\}
  printf "dbname='%s'" "${name//\'/\\\'}"
}
