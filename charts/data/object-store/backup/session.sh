#!/bin/sh
# What the steps of the object store share; they read it from beside themselves. For busybox sh, in the image of rclone.
#
# Environment: RCLONE_CONFIG_STORE_*, the store as a remote of rclone, and RCLONE_CA_CERT, the certificate of its authority; WORK [/work]
set -eu
# shellcheck disable=SC3040 # busybox has it
set -o pipefail
umask 077

step=${0##*/}
step=${step%.sh}
WORK=${WORK:-/work}
data=$WORK/data
# One bucket at a time lies here as files.
objects=$WORK/objects
# The bucket of the store itself, and the object in it that every backup writes anew: a random text, and the second in which it was written.
# shellcheck disable=SC2034 # for the steps
SENTINEL_PATH=strata-sentinel/sentinel

# all is in the environment; without this rclone says at each start that it found no file
export RCLONE_CONFIG=/dev/null RCLONE_STATS=0 RCLONE_USE_MMAP=true

say() { echo "$step: $*" >&2; }

# Says where, what and the remedy, and ends the step.
fail() {
  say "$1. $2"
  exit 1
}

# Sums of the files of $objects, in an order of their own: `<sha256>  ./<path>` each.
sums() { (cd "$objects" && find . -type f -exec sha256sum {} + | sort -k 2); }

# A line of facts.json: fact <name>.
fact() { sed -nE "s/^  \"$1\": \"?([0-9a-f]+)\"?,?\$/\\1/p" "$data/facts.json"; }

# --- a set ----------------------------------------------------------------------------------------------------------------------------

# buckets_of_set: a line `<number> <bucket> <objects>` for each.
buckets_of_set() {
  [ -s "$data/buckets" ] || fail 'the set names no buckets' 'Use another set (SET=<name>)'
  cat "$data/buckets"
}

# unpack <number> <bucket> <count>: its objects as files in $objects, each as it was dumped; and their attributes, for metadata.sh.
unpack() {
  rm -rf "$objects" "$WORK/attributes"
  mkdir -p "$objects" "$WORK/attributes"
  tar -xf "$data/bucket-$1.tar" -C "$objects" || fail "the objects of $2 cannot be unpacked" "Is there room in $WORK? Else use another set (SET=<name>)"
  sums >"$WORK/found"
  cmp -s "$WORK/found" "$data/bucket-$1.sums" || fail "the objects of $2 are not those that were dumped" 'Use another set (SET=<name>), and make a new backup'
  [ "$(wc -l <"$WORK/found")" -eq "$3" ] || fail "$2 has $(wc -l <"$WORK/found") objects, not $3" 'Use another set (SET=<name>), and make a new backup'
  attributes "$1"
}

# attributes_of <file>: of objects as rclone lists them in JSON, a line `<name> <attributes>` for each, with a tab between. Without times
# and storage class, which a store counts for itself.
attributes_of() {
  sed -nE 's/^\{"Path":"(([^"\\]|\\.)*)",.*"Metadata":(\{.*\})\},?$/\1\t\3/p' "$1" |
    sed -E 's/,?"(btime|mtime|tier)":"[^"]*"//g; s/\t\{,/\t{/'
}

# attributes <number>: a file for each object, below $WORK/attributes under its name as JSON writes it, with what metadata.sh answers.
attributes() {
  attributes_of "$data/bucket-$1.json" >"$WORK/listed"
  while IFS='	' read -r name found; do
    mkdir -p "$WORK/attributes/$(dirname "$name")"
    printf '{"Metadata":%s}\n' "$found" >"$WORK/attributes/$name.json"
  done <"$WORK/listed"
}

# put <number> <bucket>: brings $objects into the bucket, and takes away what is not among them; then reads all of it back, with its attributes.
put() {
  rclone sync --ignore-times --metadata --metadata-mapper "sh ${0%/*}/metadata.sh" "$objects" "store:$2" >&2 ||
    fail "the objects of $2 did not all arrive" 'Look at the lines above: quota, room on the volume, keys?'
  rclone check --download "$objects" "store:$2" >&2 ||
    fail "what $2 gives back is not what was put into it" 'Look at the lines above'
  list "$2" >"$WORK/list"
  attributes_of "$WORK/list" >"$WORK/found"
  different >"$WORK/different"
  [ ! -s "$WORK/different" ] ||
    fail "objects of $2 came back with other attributes: $(head -n 3 "$WORK/different" | tr '\n' ' ')" 'The set is not what was dumped: make a new backup'
}

# Names of the objects whose attributes are not as they were listed. One that came or went while the copy was made is not in both.
different() { awk -F '\t' 'NR == FNR { listed[$1] = $0; next } $1 in listed && listed[$1] != $0 { print $1 }' "$WORK/listed" "$WORK/found"; }

# list <bucket>: its objects with their attributes, one a line, as rclone writes them.
list() { rclone lsjson --recursive --files-only --metadata --no-modtime "store:$1"; }
