#!/bin/sh
# First step of a drill or a restore, in the image of rclone: brings a complete set into the pod.
#
# usage: sh fetch.sh
# Environment: CLUSTER COMPONENT KIND; BUCKET RCLONE_S3_*; SET, the name of a set [the newest complete one]; WORK [/work];
#              STREAM, where what was written since the set is to come too: wal [none]
# Writes       $WORK/sealed/{manifest.json,key.json,data/…}, $WORK/sealed/$STREAM/<key id>/…; $WORK/fetching, when it began
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
cut -d ' ' -f 3 "$WORK/expected" >"$WORK/paths"
rclone copy --no-traverse --files-from-raw "$WORK/paths" "$REMOTE/$set" "$WORK/sealed" ||
  fail "cannot fetch the objects of $set" "Look at the lines above: is one damaged, is there room in $WORK?"
# sizes only: decrypt.sh reads every byte, and knows one that was changed
while read -r _ bytes path; do
  [ -f "$WORK/sealed/$path" ] || fail "$path of $set is missing" 'Use another set (SET=<name>), and make a new backup'
  [ "$(bytes_of "$WORK/sealed/$path")" = "$bytes" ] ||
    fail "$path of $set is damaged: it has not $bytes bytes" 'Use another set (SET=<name>), and make a new backup'
done <"$WORK/expected"
rm -f "$WORK/expected" "$WORK/paths" "$WORK/sealed/manifest.json.objects"

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
say "$set: $(du -sk "$WORK/sealed" | cut -f 1) KiB"
