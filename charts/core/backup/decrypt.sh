#!/bin/sh
# Third step of a drill or a restore, in the image of rclone: brings the files of the set, decrypted on their way, so that they need the room of
# the clear files only, and compares them with the sums that were encrypted with the key.
#
# usage: sh decrypt.sh
# Environment: CLUSTER COMPONENT KIND; BUCKET RCLONE_S3_*; WORK KEYS [/work, /keys]
# Reads        $KEYS/data-key, the set in the bucket
# Writes       $WORK/data/<file>
# Exit code    0 done, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
[ -f "$KEYS/data-key" ] || fail "there is no $KEYS/data-key" 'Run open.sh first'
# what is damaged cannot be told from a line that breaks: all of it is read again each time
RCLONE_RETRIES=${RCLONE_RETRIES:-3}
use_bucket
set=$(sealed "$KEYS/data-key" set)
use_crypt "$KEYS/data-key" "$REMOTE/$set/data"
mkdir -p "$WORK/data"
sealed_files "$KEYS/data-key" >"$WORK/expected"
[ -s "$WORK/expected" ] || fail "$KEYS/data-key names no file" 'Use another set (SET=<name>)'
cut -d ' ' -f 3 "$WORK/expected" >"$WORK/names"
# Names of files that did not come.
missing() { while read -r name; do [ -f "$WORK/data/$name" ] || printf '%s ' "$name"; done <"$WORK/names"; }
rclone copy --no-traverse --files-from-raw "$WORK/names" "$CRYPT" "$WORK/data" ||
  fail "cannot decrypt $(missing)of $set" \
    "Look at the lines above: is one damaged or encrypted with another key, the bucket away, or no room in $WORK?"
while read -r sha256 _ name; do
  [ -f "$WORK/data/$name" ] || fail "$set has no $name" 'Use another set (SET=<name>), and make a new backup'
  [ "$(sha256_of "$WORK/data/$name")" = "$sha256" ] ||
    fail "$name of $set is damaged: not the file that was backed up" 'Use another set (SET=<name>), and make a new backup'
done <"$WORK/expected"
rm -f "$WORK/expected" "$WORK/names"
say "$set: $(sealed_files "$KEYS/data-key" | wc -l | tr -d ' ') files, each as it was backed up"
