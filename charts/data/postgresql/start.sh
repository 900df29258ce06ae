#!/usr/bin/env bash
# Runs the server.
#
# usage: start.sh     Environment: PGDATA, CONFIG
set -euo pipefail

# This shell stays the first process, and inherits what probes and `kubectl exec` leave behind. The server must not be that: it takes a
# stranger's unclean end for one of its own processes', and throws out every session.
server=
# shellcheck disable=SC2317 # the trap calls it
stop() {
  [[ $server ]] || exit 143
  # fast: sessions end
  kill -INT "$server" 2>/dev/null || true
}
trap stop TERM INT

[[ -s $PGDATA/PG_VERSION ]] || {
  echo "$PGDATA holds no data: prepare.sh makes it" >&2
  exit 1
}
# the kubelet may have widened it when it gave the volume to the pod's group, and the server refuses that
chmod 0700 "$PGDATA"
postgres -D "$PGDATA" -c config_file="$CONFIG/postgresql.conf" &
server=$!
# a signal interrupts the waiting, not the server
while kill -0 "$server" 2>/dev/null; do
  status=0
  wait "$server" || status=$?
done
exit "$status"
