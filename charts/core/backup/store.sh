#!/bin/sh
# Last step of a backup, in the image of rclone: encrypts the files, uploads them, reads them back, and writes the manifest last, since a
# set without one does not exist for readers. Then it deletes sets that are older than the retention, but never the last complete one, and
# incomplete ones older than a day. It may be run again in the same folders, after whatever ended it.
#
# usage: sh store.sh
# Environment: CLUSTER COMPONENT KIND; BUCKET RCLONE_S3_*; RETENTION_DAYS; PUSHGATEWAY; WORK KEYS [/work, /keys]
# Reads        $WORK/data/<file>, $WORK/key.json, $KEYS/data-key
# Writes       the set in the bucket; $WORK/sealed; deletes each clear file that is encrypted
# Exit code    0 done, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
demand RETENTION_DAYS
use_bucket
for file in "$KEYS/data-key" "$WORK/key.json"; do
  [ -f "$file" ] || fail "there is no $file" 'Run key.sh first'
done
set=$(sealed "$KEYS/data-key" set)
matches "$set" "$SET_PATTERN" || fail "$KEYS/data-key names no set: \"$set\"" 'Run key.sh again'
started=$(sealed "$KEYS/data-key" started)
# before hours of work: is the bucket there, and are its keys right?
all_files "$REMOTE/$set" >/dev/null

# The files as ciphertext in $WORK/sealed/data. A clear file goes as soon as its ciphertext gives it back, byte for byte.
seal() {
  mkdir -p "$WORK/sealed/data"
  use_crypt "$KEYS/data-key" "$WORK/sealed/data"
  sealed_files "$KEYS/data-key" >"$WORK/clear"
  while read -r sha256 _ name; do
    if [ ! -f "$WORK/sealed/data/$name" ]; then
      [ -f "$WORK/data/$name" ] || fail "there is no $WORK/data/$name" 'Run the dump and key.sh again'
      rclone copyto "$WORK/data/$name" "$CRYPT$name.part" ||
        fail "cannot encrypt $name" "Look at the lines above; is there room in $WORK?"
      mv "$WORK/sealed/data/$name.part" "$WORK/sealed/data/$name"
    fi
    back=$(rclone cat "$CRYPT$name" | sha256sum | cut -d ' ' -f 1) || fail "cannot decrypt $name" 'Look at the lines above'
    if [ "$back" != "$sha256" ]; then
      rm -f "$WORK/sealed/data/$name"
      fail "$name is not what was dumped" 'It changed since key.sh, or memory or disk are faulty: run the backup again'
    fi
    rm -f "$WORK/data/$name"
  done <"$WORK/clear"
  cp "$WORK/key.json" "$WORK/sealed/key.json"
}

# A line `<sha256> <bytes> <path>` for each object.
sums() {
  (
    cd "$WORK/sealed" || exit
    for path in key.json data/*; do echo "$(sha256_of "$path") $(bytes_of "$path") $path"; done
  )
}

manifest() {
  cat <<END
{
  "format": 1,
  "cluster": "$CLUSTER",
  "component": "$COMPONENT",
  "kind": "$KIND",
  "set": "$set",
  "started": "$(rfc3339 "$started")",
  "finished": "$(rfc3339 "$(now)")",
  "rclone": "$(rclone version | sed -n '1s/^rclone v*//p')",
  "objects": [
END
  comma=
  while read -r sha256 bytes path; do
    printf '%s    { "path": "%s", "bytes": %s, "sha256": "%s" }' "$comma" "$path" "$bytes" "$sha256"
    comma=',
'
  done <"$WORK/sums"
  printf '\n  ]\n}\n'
}

# Uploads, and reads all back: what counts is what the bucket gives, not what it took.
upload() {
  rclone copy --exclude /manifest.json "$WORK/sealed" "$REMOTE/$set" ||
    fail "the upload to $REMOTE/$set failed" 'Look at the lines above; the next run makes a new set'
  while read -r sha256 bytes path; do
    confirm "$sha256" "$bytes" "$path"
  done <"$WORK/sums"
}

# confirm <sha256> <bytes> <path>
confirm() {
  back=$(rclone hashsum sha256 --download "$REMOTE/$set/$3" | cut -d ' ' -f 1) ||
    fail "cannot read $REMOTE/$set/$3 back" 'Look at the lines above'
  [ "$back" = "$1" ] || fail "$REMOTE/$set/$3 is not what was uploaded ($2 bytes)" 'The bucket damages what it stores: use another'
}

publish() {
  manifest >"$WORK/sealed/manifest.json"
  manifest_objects "$WORK/sealed/manifest.json" "$set" >/dev/null
  rclone copyto "$WORK/sealed/manifest.json" "$REMOTE/$set/manifest.json" ||
    fail "the upload of the manifest of $set failed" 'Look at the lines above; the next run makes a new set'
  confirm "$(sha256_of "$WORK/sealed/manifest.json")" "$(bytes_of "$WORK/sealed/manifest.json")" manifest.json
}

# Seconds since 1970 by the clock of the bucket: when it took the manifest.
bucket_time() {
  text=$(rclone lsf --format t --time-format '2006-01-02 15:04:05' --use-server-modtime "$REMOTE/$set/manifest.json") ||
    fail "cannot read the date of $REMOTE/$set/manifest.json" 'Look at the lines above'
  TZ=UTC date -d "$text" +%s
}

# Deletes by age. A clock that runs ahead would make every set old: the bucket's own has the word.
retire() {
  clock=$(bucket_time)
  drift=$(($(now) - clock))
  if [ "${drift#-}" -gt 3600 ]; then
    fail "this node's clock and the bucket's differ by $drift s" 'The set is stored, nothing was deleted: set the clock of the node'
  fi
  all_files "$REMOTE" >"$WORK/objects"
  sed -nE "s,^($SET_PATTERN)/.*,\1,p" "$WORK/objects" | sort -u >"$WORK/sets"
  sed -nE "s,^($SET_PATTERN)/manifest\.json\$,\1,p" "$WORK/objects" >"$WORK/complete"
  while read -r old; do
    age=$((clock - $(seconds_of_set "$old")))
    if [ "$old" = "$set" ] || [ "$age" -lt 86400 ]; then continue; fi
    if grep -qx "$old" "$WORK/complete"; then
      [ "$age" -gt $((RETENTION_DAYS * 86400)) ] || continue
      # without its manifest it is gone for readers, whatever ends this run
      rclone deletefile "$REMOTE/$old/manifest.json" || fail "cannot delete $REMOTE/$old" 'Look at the lines above'
    fi
    rclone purge "$REMOTE/$old" || fail "cannot delete $REMOTE/$old" 'Look at the lines above'
    say "$old deleted: $((age / 86400)) days old"
  done <"$WORK/sets"
}

number "$RETENTION_DAYS" >/dev/null || fail "RETENTION_DAYS is no number: \"$RETENTION_DAYS\"" 'Say how many days sets are kept'
seal
sums >"$WORK/sums"
upload
publish
finished=$(now)
bytes=$(awk '{ sum += $2 } END { printf "%.0f", sum }' "$WORK/sums")
say "$set: complete, $bytes bytes in $((finished - started)) s"
push backup strata_backup_last_success_timestamp_seconds "$started" \
  strata_backup_duration_seconds "$((finished - started))" strata_backup_size_bytes "$bytes"
retire
