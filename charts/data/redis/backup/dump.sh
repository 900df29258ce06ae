#!/bin/sh
# First step of the backup: writes a fresh sentinel into the server, then takes a copy of all keys by the protocol of replication, and counts
# them.
#
# usage: dump.sh
# Environment: as for session.sh: the account backup; WORK
# Writes       $WORK/started, $WORK/data/{dump.rdb,facts.json}
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

data=$WORK/data
rm -rf "$data"
mkdir -p "$data"
date -u +%s >"$WORK/started"
sentinel=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
live set "$SENTINEL_KEY" "$sentinel $(cat "$WORK/started")" >/dev/null ||
  fail 'cannot write the sentinel' 'Look at the lines above: does the server answer, is its memory full?'
live --rdb "$data/dump.rdb" >&2 || fail 'the copy failed' "Look at the lines above: is there room in $WORK?"
# reads back what was written, its checksum too
"$ENGINE-check-rdb" "$data/dump.rdb" >"$WORK/check" 2>&1 || {
  cat "$WORK/check" >&2
  fail 'the copy cannot be read' "Is there room in $WORK? Run the backup again"
}
keys=$(sed -nE 's/^\[info\] ([0-9]+) keys read$/\1/p' "$WORK/check")
expires=$(sed -nE 's/^\[info\] ([0-9]+) expires$/\1/p' "$WORK/check")
if [ -z "$keys" ] || [ -z "$expires" ]; then
  fail "$ENGINE-check-rdb counts no keys" 'Its output changed: mend this script'
fi
printf '{\n  "format": 1,\n  "sentinel": "%s",\n  "keys": %s,\n  "expires": %s\n}\n' "$sentinel" "$keys" "$expires" >"$data/facts.json"
say "$keys keys, $(du -sk "$data" | cut -f 1) KiB"
