#!/usr/bin/env bash
# Makes this standby the primary, once the settings name it: the second half of a switchover, and of what follows the loss of a primary.
# Waits up to three minutes until it is safe, and says what it waits for.
#
# usage: promote.sh [--accept-loss]     environment: see replication.sh
#   --accept-loss   go on although a server does not answer: what it alone has is lost. Never while another takes writes.
# exit codes: 0 this server is the primary, 1 it is not, and nothing was changed
set -euo pipefail
# shellcheck source=charts/data/postgresql/replication.sh
source "${BASH_SOURCE[0]%/*}/replication.sh"

WAIT_SECONDS=180
accept_loss=false
case ${1:-} in
  '') ;;
  --accept-loss) accept_loss=true ;;
  *) fail 'usage: promote.sh [--accept-loss]' ;;
esac

here() { psql -XAtq -U postgres -c "$1"; }

# How far a standby has got, as a number: received, or replayed where it has not received anything since its start.
REACHED="SELECT pg_is_in_recovery(), coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0') - '0/0'"

# What stands in the way, or nothing. Sets OBSTACLE.
obstacle() {
  local server answer recovering reached own
  OBSTACLE=
  if [[ $(recorded_primary) != "$POD" ]]; then
    OBSTACLE="the settings name $(recorded_primary) as the primary: set primary, and wait until the file arrives here"
    return
  fi
  for server in $(others); do
    if ! answer=$(ask "$server" "$REACHED"); then
      $accept_loss || OBSTACLE="$server does not answer, and may have what this server lacks"
      continue
    fi
    IFS='|' read -r recovering reached <<<"$answer"
    own=$(here "$REACHED") || fail 'the server here does not answer'
    own=${own#*|}
    if [[ $recovering == f ]]; then
      OBSTACLE="$server still takes writes: it ends as soon as it reads the settings"
      return
    elif ((reached > own)); then
      OBSTACLE="$server has $((reached - own)) bytes of WAL more than this server"
      return
    fi
  done
}

standby=$(here 'SELECT pg_is_in_recovery()') || fail 'the server here does not answer'
if [[ $standby == f ]]; then
  echo "$POD takes writes already"
  exit 0
fi
said=
for ((second = 0; ; second++)); do
  obstacle
  [[ $OBSTACLE ]] || break
  [[ $OBSTACLE == "$said" ]] || echo "$POD: waiting: $OBSTACLE"
  said=$OBSTACLE
  ((second < WAIT_SECONDS)) || fail "not promoted: $OBSTACLE"
  sleep 1
done
# from now on it may hold what no other has
rm -f "$REBUILDABLE"
sync -f "$VOLUME"
[[ $(here 'SELECT pg_promote(true, 120)') == t ]] || fail 'the server did not end its recovery within two minutes: see its log'
echo "$POD is the primary now; the others follow it within a minute"
