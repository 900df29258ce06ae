#!/bin/sh
# First step of the backup: writes a fresh sentinel into the store, then copies all objects of all buckets, with their attributes.
#
# usage: dump.sh
# Environment: as for session.sh: the account backup; BUCKETS, names with blanks between; WORK
# Writes       $WORK/started, $WORK/data/{facts.json,buckets} and for each bucket $WORK/data/bucket-<number>.{tar,json,sums}
# Exit code    0 done, else failed
# shellcheck source=/dev/null disable=SC2154 # variables are of session.sh
. "${0%/*}/session.sh"

: "${BUCKETS:?the names of the buckets}"
rm -rf "$data"
mkdir -p "$data"
date -u +%s >"$WORK/started"
sentinel=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s %s\n' "$sentinel" "$(cat "$WORK/started")" | rclone rcat "store:$SENTINEL_PATH" >&2 ||
  fail 'cannot write the sentinel' 'Look at the lines above: does the store answer, is its volume full?'

# copy <number> <bucket>
copy() {
  rm -rf "$objects"
  mkdir -p "$objects"
  rclone copy "store:$2" "$objects" >&2 || fail "cannot copy $2" "Look at the lines above; is there room in $WORK?"
  list "$2" >"$data/bucket-$1.json" || fail "cannot list $2" 'Look at the lines above'
  sums >"$data/bucket-$1.sums"
  tar -cf "$data/bucket-$1.tar" -C "$objects" . || fail "cannot pack $2" "Is there room in $WORK?"
  echo "$1 $2 $(wc -l <"$data/bucket-$1.sums")" >>"$data/buckets"
}

number=0
for bucket in $BUCKETS; do
  number=$((number + 1))
  copy "$number" "$bucket"
done
rm -rf "$objects"
count=$(awk '{ sum += $3 } END { printf "%.0f", sum }' "$data/buckets")
printf '{\n  "format": 1,\n  "sentinel": "%s",\n  "objects": %s\n}\n' "$sentinel" "$count" >"$data/facts.json"
say "$count objects of $number buckets, $(du -sk "$data" | cut -f 1) KiB"
