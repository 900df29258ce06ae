#!/usr/bin/env bash
# Makes the data directory what the settings want (primary or standby), and runs the server. That is at each start of the container, so
# that an old primary that comes back, however it does, reads who is the primary before it takes a write.
#
# usage: start.sh     environment: see replication.sh
set -euo pipefail
# shellcheck source=charts/data/postgresql/replication.sh
source "${BASH_SOURCE[0]%/*}/replication.sh"

# This shell stays the first process, and inherits what probes and `kubectl exec` leave behind. The server must not be that: it takes a
# stranger's unclean end for one of its own processes', and throws out every session.
server=
# shellcheck disable=SC2317 # the trap calls it
stop() {
  local jobs
  if [[ $server ]]; then
    # fast: sessions end, WAL goes to the standbys
    kill -INT "$server" 2>/dev/null || true
  else
    mapfile -t jobs < <(jobs -p)
    ((${#jobs[@]} == 0)) || kill "${jobs[@]}" 2>/dev/null || true
    exit 143
  fi
}
trap stop TERM INT

# A standby must allow for at least as much as its primary did when it wrote its WAL (manual, "Hot Standby", administrator's overview):
# after a memory limit has come down, standbys start before their primary.
standby_minimums() {
  local label setting used configured
  while read -r setting label; do
    used=$(control "$label")
    configured=$(postgres -D "$PGDATA" -c config_file="$CONFIG/postgresql.conf" -C "$setting")
    if ((used > configured)); then echo "-c $setting=$used"; fi
  done <<LABELS
max_connections max_connections setting
max_wal_senders max_wal_senders setting
LABELS
}

touch "$STARTING"
# leftovers of a copy or a clearance that was interrupted
rm -rf "$PGDATA.new" "$PGDATA.old"
primary=$(recorded_primary)
if [[ $primary != "$POD" ]]; then
  follow "$primary"
elif [[ ! -s $PGDATA/PG_VERSION ]]; then
  fail "the settings make this server the primary, and it has no data yet"
elif [[ ! -e $PGDATA/standby.signal ]]; then
  refuse_second_primary
fi
# the kubelet may have widened it when it gave the volume to the pod's group, and the server refuses that
chmod 0700 "$PGDATA"
minimums=()
if [[ -e $PGDATA/standby.signal ]]; then read -r -a minimums < <(standby_minimums | tr '\n' ' ') || true; fi
rm -f "$STARTING"
postgres -D "$PGDATA" -c config_file="$CONFIG/postgresql.conf" "${minimums[@]}" &
server=$!
# a signal interrupts the waiting, not the server
while kill -0 "$server" 2>/dev/null; do
  status=0
  wait "$server" || status=$?
done
exit "$status"
