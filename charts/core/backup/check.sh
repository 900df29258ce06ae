#!/bin/sh
# Reads the newest complete set back, without any key: it is young enough, and every object is there with its size and sum. In the image of
# rclone.
#
# usage: sh check.sh
# Environment: CLUSTER COMPONENT KIND; BUCKET RCLONE_S3_*; MAX_AGE_SECONDS; PUSHGATEWAY
# Exit code    0 whole and young, 1 not
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
demand MAX_AGE_SECONDS
use_bucket
began=$(now)
set=$(newest_set)
[ -n "$set" ] || fail "$REMOTE has no complete set" 'Look at the last runs of the backup'
age=$((began - $(seconds_of_set "$set")))
[ "$age" -le "$MAX_AGE_SECONDS" ] ||
  fail "the newest set $set is $age s old, more than $MAX_AGE_SECONDS s" 'Look at the last runs of the backup'

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
rclone copyto "$REMOTE/$set/manifest.json" "$folder/manifest.json" || fail "cannot read the manifest of $set" 'Look at the lines above'
manifest_objects "$folder/manifest.json" "$set" >"$folder/expected"

bad=0
while read -r sha256 bytes path; do
  found=$(rclone cat "$REMOTE/$set/$path" | sha256sum | cut -d ' ' -f 1) || found=unreadable
  if [ "$found" != "$sha256" ]; then
    say "$REMOTE/$set/$path is $found, not $sha256 ($bytes bytes)"
    bad=$((bad + 1))
  fi
done <"$folder/expected"
[ "$bad" -eq 0 ] ||
  fail "$set has damaged or missing objects: $bad" 'Make a new backup now, then look at the bucket; an older set may be whole (SET=<name>)'

bytes=$(awk '{ sum += $2 } END { printf "%.0f", sum }' "$folder/expected")
say "$set: whole, $bytes bytes, $age s old"
push check strata_backup_check_last_success_timestamp_seconds "$(now)" \
  strata_backup_check_duration_seconds "$(($(now) - began))" strata_backup_check_size_bytes "$bytes"
