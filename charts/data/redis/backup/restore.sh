#!/bin/sh
# Last step of a restore, after decrypt: brings the keys of the set back into the live server. One that holds keys is refused. Keys that have
# expired since are gone at once.
#
# usage: restore.sh
# Environment: as for session.sh: the account restore; COMPONENT; OVERWRITE=<COMPONENT> where what is there may go; WORK
# Reads        $WORK/data/{dump.rdb,facts.json}
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

: "${COMPONENT:?whose data it is}"
there=$(live dbsize) || fail 'the server does not answer' 'Look at the lines above'
if [ "$there" -gt 0 ] && [ "${OVERWRITE:-}" != "$COMPONENT" ]; then
  fail "the server is not empty: it has $there keys" "To replace what is there, stop the applications and say OVERWRITE=$COMPONENT"
fi
open_set
# as commands, which the account may and any release can read
own config set appendonly yes >/dev/null || fail 'the set cannot be written as commands' 'Look at the lines above'
# shellcheck disable=SC2154 # set by open_set
until own info persistence | grep -q '^aof_rewrite_in_progress:0' && ls "$scratch"/commands/*.base.aof >/dev/null 2>&1; do
  kill -0 "$server" || fail 'the server of this step ended' "Is there room in $WORK, and memory?"
  sleep 1
done
own info persistence | grep -q '^aof_last_bgrewrite_status:ok' || fail 'the set cannot be written as commands' "Is there room in $WORK?"
if [ "$there" -gt 0 ]; then
  live flushall >/dev/null || fail 'the server cannot be emptied' 'Look at the lines above'
fi
cat "$scratch"/commands/*.base.aof | live --pipe >&2 ||
  fail 'the server refused keys, and some are there' "Look at the lines above (OOM: raise its memory), then run it again with OVERWRITE=$COMPONENT"
found=$(live get "$SENTINEL_KEY") || fail 'the server does not answer' 'Look at the lines above'
[ "${found% *}" = "$(fact sentinel)" ] || fail 'the sentinel of the set did not arrive' "Run it again with OVERWRITE=$COMPONENT"
say "$(fact keys) keys of the set, $(live dbsize) in the server now: those that have expired since are gone"
