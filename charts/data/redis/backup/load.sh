#!/bin/sh
# In a drill, after decrypt: loads the set into a server in the pod, and compares it with what was dumped. A set without its fresh sentinel
# fails.
#
# usage: load.sh
# Environment: ENGINE; MAX_AGE_SECONDS; WORK
# Reads        $WORK/data/{dump.rdb,facts.json}, $WORK/fetching
# Writes       $WORK/result.json; $WORK/scratch
# Exit code    0 all is as it was, else not
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

rm -f "$WORK/result.json"
case ${MAX_AGE_SECONDS:-} in
  '' | *[!0-9]*) fail "MAX_AGE_SECONDS is no number: \"${MAX_AGE_SECONDS:-}\"" 'Say it in seconds' ;;
esac
open_set
found=$(counts)
wanted="$(fact keys) $(fact expires)"
[ "$found" = "$wanted" ] || fail "there are \"$found\" keys and expiries, not \"$wanted\"" 'The set is not what was dumped: make a new backup'
found=$(own get "$SENTINEL_KEY")
[ "${found% *}" = "$(fact sentinel)" ] || fail 'the sentinel of the set is not in it' 'It is not what the dump wrote: make a new backup'
now=$(date -u +%s)
age=$((now - ${found#* }))
[ "$age" -le "$MAX_AGE_SECONDS" ] || fail "the sentinel is $age s old, more than $MAX_AGE_SECONDS s" 'An old set was restored: look at the last runs of the backup'
rto=$((now - $(cat "$WORK/fetching")))
# what would have been lost, had the server been lost when the drill began
rpo=$((age - rto))
[ "$rpo" -ge 0 ] || rpo=0
printf '{\n  "ok": true,\n  "rpo_seconds": %s,\n  "rto_seconds": %s,\n  "detail": "%s keys, %s of them expire: as they were dumped"\n}\n' \
  "$rpo" "$rto" "$(fact keys)" "$(fact expires)" >"$WORK/result.json"
cat "$WORK/result.json"
