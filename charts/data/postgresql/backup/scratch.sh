#!/usr/bin/env bash
# A scratch server in the pod of a drill, for the steps that read it from beside themselves: on a unix socket only, with little memory, and
# gone with the step. After session.sh.

readonly SCRATCH=$WORK/scratch

# What a drill needs: nothing survives a crash, and need not.
scratch_settings() {
  cat <<'END'
listen_addresses = ''
shared_buffers = 64MB
maintenance_work_mem = 64MB
max_connections = 20
huge_pages = off
jit = off
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

# launch <data directory> <configuration file>: starts it, and ends it with the step.
launch() {
  mkdir -p "$SCRATCH/socket"
  export PGHOST=$SCRATCH/socket PGPORT=5432
  unset PGPASSWORD PGPASSFILE PGSSLMODE PGSSLROOTCERT
  printf 'local all all trust\n' >"$SCRATCH/pg_hba.conf"
  # shellcheck disable=SC2064 # the directory of now
  trap "pg_ctl stop --pgdata='$1' --mode=immediate --silent || true" EXIT
  pg_ctl start --pgdata="$1" --no-wait --silent --log="$SCRATCH/server.log" \
    --options="-c config_file='$2' -c hba_file='$SCRATCH/pg_hba.conf' -c unix_socket_directories='$PGHOST' -c port=5432"
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
