#!/bin/sh
# Third step of a drill or a restore, in the image of rclone: decrypts the files of the set, and compares them with the sums that were
# encrypted with the key.
#
# usage: sh decrypt.sh
# Environment: CLUSTER COMPONENT KIND; STREAM as for fetch.sh; WORK KEYS [/work, /keys]
# Reads        $WORK/sealed/data/<file>, $KEYS/data-key; $WORK/sealed/$STREAM/<key id>/<file>, $KEYS/stream/<key id>
# Writes       $WORK/data/<file>; $WORK/$STREAM/<file>, and <file>.from-<key id> where two that differ have one name; deletes what it decrypted
# Exit code    0 done, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
[ -f "$KEYS/data-key" ] || fail "there is no $KEYS/data-key" 'Run open.sh first'
# what cannot be decrypted now cannot be a moment later
export RCLONE_CONFIG=/dev/null RCLONE_STATS=0 RCLONE_RETRIES=1
use_crypt "$KEYS/data-key" "$WORK/sealed/data"
mkdir -p "$WORK/data"
sealed_files "$KEYS/data-key" >"$WORK/expected"
[ -s "$WORK/expected" ] || fail "$KEYS/data-key names no file" 'Use another set (SET=<name>)'
# each ciphertext goes when its clear file is there: both of all files need twice the room
rclone move "$CRYPT" "$WORK/data" ||
  fail "cannot decrypt $(find "$WORK/sealed/data" -type f | sed 's,.*/,,' | sort | tr '\n' ' ')" \
    "One is damaged, or was encrypted with another key; or there is no room in $WORK: look at the lines above"
while read -r sha256 _ name; do
  [ -f "$WORK/data/$name" ] || fail "the set has no $name" 'Use another set (SET=<name>)'
  [ "$(sha256_of "$WORK/data/$name")" = "$sha256" ] ||
    fail "$name is damaged: not the file that was backed up" 'Use another set (SET=<name>), and make a new backup'
done <"$WORK/expected"
rm -f "$WORK/expected"
say "$(sealed "$KEYS/data-key" set): $(sealed_files "$KEYS/data-key" | wc -l | tr -d ' ') files, each as it was backed up"

# decrypt_folder <key id>: the files of a stream that were encrypted with one key. One that was sent twice is there twice.
decrypt_folder() {
  use_crypt "$KEYS/stream/$1" "$WORK/sealed/$STREAM/$1"
  rm -f "$WORK/sealed/$STREAM/$1/key.json"
  rm -rf "$WORK/clear"
  rclone copy "$CRYPT" "$WORK/clear" || fail "cannot decrypt $STREAM/$1" "Look at the lines above; is there room in $WORK?"
  for file in "$WORK"/clear/*; do
    [ -f "$file" ] || continue
    target=$WORK/$STREAM/${file##*/}
    if [ -f "$target" ] && ! cmp -s "$file" "$target"; then target=$target.from-$1; fi
    mv "$file" "$target"
  done
  rm -rf "$WORK/clear" "$WORK/sealed/${STREAM:?}/$1"
}

if [ -n "${STREAM:-}" ]; then
  mkdir -p "$WORK/$STREAM"
  for file in "$KEYS"/stream/*; do
    [ ! -f "$file" ] || decrypt_folder "${file##*/}"
  done
  say "$STREAM: $(find "$WORK/$STREAM" -type f | wc -l | tr -d ' ') files"
fi
