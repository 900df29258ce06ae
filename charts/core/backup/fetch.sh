#!/bin/sh
# First step of a drill or a restore, in the image of rclone: chooses a complete set and brings its encrypted key, and what a stream has since.
#
# usage: sh fetch.sh
# Environment: CLUSTER COMPONENT KIND; BUCKET RCLONE_S3_*; SET, the name of a set [the newest complete one]; WORK [/work];
#              STREAM, where what was written since the set is to come too: wal [none]
# Writes       $WORK/sealed/{manifest.json,key.json}, $WORK/sealed/$STREAM/<key id>/…; $WORK/fetching, when it began
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

# What the bucket took since the set was begun, by the bucket's clock; an hour more, since the set was begun by another's.
fetch_stream() {
  from=":s3:$BUCKET/$CLUSTER/$COMPONENT/$STREAM" to="$WORK/sealed/$STREAM"
  since=$(rfc3339 $(($(seconds_of_set "$set") - 3600)))
  mkdir -p "$to"
  rclone copy --use-server-modtime --max-age "$since" "$from" "$to" ||
    fail "cannot fetch $from" "Look at the lines above; is there room in $WORK?"
  # small, and needed whatever their age
  rclone copy --include '*/key.json' --include '*/*.history*' "$from" "$to" || fail "cannot fetch $from" 'Look at the lines above'
  say "$STREAM: $(find "$to" -type f | wc -l | tr -d ' ') files since $since"
}
[ -z "${STREAM:-}" ] || fetch_stream
say "$set: chosen"
