#!/bin/sh
# First step of a drill or a restore, in the image of rclone: chooses a complete set and brings its encrypted key.
#
# usage: sh fetch.sh
# Environment: CLUSTER COMPONENT KIND; BUCKET RCLONE_S3_*; SET, the name of a set [the newest complete one]; WORK [/work]
# Writes       $WORK/sealed/{manifest.json,key.json}; $WORK/fetching, when it began
# Exit code    0 done, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
use_bucket
rm -f "$WORK/fetching"
rm -rf "$WORK"/sealed/*
now >"$WORK/fetching"
set=${SET:-}
if [ -z "$set" ]; then
  set=$(newest_set)
  [ -n "$set" ] || fail "$REMOTE has no complete set" 'Look at the last runs of the backup'
fi
matches "$set" "$SET_PATTERN" || fail "\"$set\" is no name of a set" "They look like 20261120T013000Z-0a1b2c; rclone lsf $REMOTE lists them"

mkdir -p "$WORK/sealed"
rclone copyto "$REMOTE/$set/manifest.json" "$WORK/sealed/manifest.json" ||
  fail "$REMOTE/$set has no manifest" 'It is incomplete, or not there: use another set (SET=<name>)'
manifest_objects "$WORK/sealed/manifest.json" "$set" >"$WORK/expected"
rclone copyto "$REMOTE/$set/key.json" "$WORK/sealed/key.json" || fail "cannot fetch key.json of $set" 'Look at the lines above'
grep -Fqx "$(sha256_of "$WORK/sealed/key.json") $(bytes_of "$WORK/sealed/key.json") key.json" "$WORK/expected" ||
  fail "key.json of $set is damaged" 'Use another set (SET=<name>), and make a new backup'
rm -f "$WORK/expected" "$WORK/sealed/manifest.json.objects"
say "$set: chosen"
