#!/bin/sh
# In a drill, after decrypt: brings the set into the store of the pod, as a restore would, and compares it with what was dumped. A set without
# its fresh sentinel fails.
#
# usage: load.sh
# Environment: as for session.sh; MAX_AGE_SECONDS; WORK
# Reads        $WORK/data, $WORK/fetching; $WORK/scratch.key, of scratch.sh
# Writes       $WORK/result.json
# Exit code    0 all is as it was, else not
# shellcheck source=/dev/null disable=SC2154 # variables are of session.sh
. "${0%/*}/session.sh"

rm -f "$WORK/result.json"
case ${MAX_AGE_SECONDS:-} in
  '' | *[!0-9]*) fail "MAX_AGE_SECONDS is no number: \"${MAX_AGE_SECONDS:-}\"" 'Say it in seconds' ;;
esac
export RCLONE_CONFIG_STORE_ACCESS_KEY_ID=drill
tries=0
until RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY=$(cat "$WORK/scratch.key" 2>/dev/null) && export RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY &&
  rclone --retries 1 --low-level-retries 1 lsf store: >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || fail 'the store of the drill does not answer' 'Look at the log of the container scratch'
  sleep 1
done

buckets_of_set >"$WORK/buckets"
while read -r number bucket count; do
  unpack "$number" "$bucket" "$count"
  rclone mkdir "store:$bucket" >&2 || fail "cannot make $bucket" 'Look at the log of the container scratch'
  put "$number" "$bucket"
done <"$WORK/buckets"
rm -rf "$objects"

found=$(rclone cat "store:$SENTINEL_PATH" 2>/dev/null) || found=
[ "${found% *}" = "$(fact sentinel)" ] || fail 'the sentinel of the set is not in it' 'It is not what the dump wrote: make a new backup'
now=$(date -u +%s)
age=$((now - ${found#* }))
[ "$age" -le "$MAX_AGE_SECONDS" ] || fail "the sentinel is $age s old, more than $MAX_AGE_SECONDS s" 'An old set was restored: look at the last runs of the backup'
rto=$((now - $(cat "$WORK/fetching")))
# what would have been lost, had the store been lost when the drill began
rpo=$((age - rto))
[ "$rpo" -ge 0 ] || rpo=0
printf '{\n  "ok": true,\n  "rpo_seconds": %s,\n  "rto_seconds": %s,\n  "detail": "%s objects of %s buckets: as they were dumped"\n}\n' \
  "$rpo" "$rto" "$(fact objects)" "$(wc -l <"$WORK/buckets" | tr -d ' ')" >"$WORK/result.json"
cat "$WORK/result.json"
