#!/bin/sh
# What the steps of a backup share; they read it from beside themselves. For busybox sh (ash); dash and bash do too.
#
# Environment of all steps:
#   CLUSTER COMPONENT KIND    whose data it is: <CLUSTER>/<COMPONENT>/<KIND>/ in the bucket
#   WORK KEYS                 folders of the run: data on disk, the clear data key in memory [/work, /keys]
# of those that talk to the bucket:
#   BUCKET, RCLONE_S3_*       where it is (rclone.org/s3); RCLONE_RETRIES, RCLONE_RETRIES_SLEEP for other patience than here
#   PUSHGATEWAY               http://host:port that gets the metrics; none where it is empty
set -eu
# shellcheck disable=SC3040 # not POSIX, and all three shells have it
set -o pipefail

umask 077
step=${0##*/}
step=${step%.sh}
WORK=${WORK:-/work}
KEYS=${KEYS:-/keys}

# Names of sets: when the run began, in UTC, so that they sort; and a random part, so that two runs never write into one another's set.
SET_PATTERN='[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}'
# Names of files in a set, which anybody may see who can list the bucket.
FILE_PATTERN='[A-Za-z0-9][A-Za-z0-9._-]*'
# Seconds that the clocks of two machines may differ.
CLOCK_SKEW=600

say() { echo "$step: $*" >&2; }

# Says where, what and the remedy, and ends the step.
fail() {
  say "$1. $2"
  exit 1
}

# demand <variable…>: ends the step where one is empty.
demand() {
  for variable; do
    eval "value=\${$variable:-}"
    [ -n "$value" ] || fail "the environment has no $variable" "See the head of $0 for what it needs"
  done
}

# matches <text> <extended regular expression>: the whole text.
matches() { printf '%s\n' "$1" | grep -Eqx -- "$2" && [ "$(printf '%s\n' "$1" | wc -l)" -eq 1 ]; }

now() { date -u +%s; }

# 20261120T235934Z-0a1b2c → seconds since 1970.
seconds_of_set() {
  text=$(printf '%s\n' "$1" | sed -E 's/^(....)(..)(..)T(..)(..)(..)Z.*/\1-\2-\3 \4:\5:\6/')
  date -u -d "$text" +%s
}

# Seconds since 1970 → 2026-11-20T23:59:34Z.
rfc3339() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

bytes_of() { stat -c %s "$1"; }
sha256_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

# number <text>: the text, where it is a whole number.
number() { matches "$1" '[0-9]+' && printf '%s\n' "$1"; }

identify() {
  demand CLUSTER COMPONENT KIND
  for name in "$CLUSTER" "$COMPONENT" "$KIND"; do
    matches "$name" '[a-z0-9]([a-z0-9-]*[a-z0-9])?' ||
      fail "\"$name\" is no name" 'CLUSTER, COMPONENT and KIND are lower-case letters, digits and hyphens'
  done
}

# --- the bucket ---------------------------------------------------------------------------------------------------------------------

use_bucket() {
  demand BUCKET RCLONE_S3_ENDPOINT RCLONE_S3_ACCESS_KEY_ID RCLONE_S3_SECRET_ACCESS_KEY
  REMOTE=":s3:$BUCKET/$CLUSTER/$COMPONENT/$KIND"
  # all is in the environment; without this rclone says at each start that it found no file
  export RCLONE_CONFIG=/dev/null
  # the keys may use the bucket, not make one
  export RCLONE_S3_NO_CHECK_BUCKET=true
  # an S3 that is away for three minutes is waited for
  export RCLONE_RETRIES="${RCLONE_RETRIES:-10}" RCLONE_RETRIES_SLEEP="${RCLONE_RETRIES_SLEEP:-20s}"
  export RCLONE_CONTIMEOUT="${RCLONE_CONTIMEOUT:-15s}" RCLONE_TIMEOUT="${RCLONE_TIMEOUT:-2m}"
  # 2 transfers of 4 parts of 5 MiB: half of the step's memory
  export RCLONE_TRANSFERS=2 RCLONE_STATS=0 RCLONE_USE_MMAP=true
}

# complete_sets <folder>: names of the sets that have a manifest, oldest first. A folder that is not there has no sets.
complete_sets() {
  all_files "$1" | sed -nE "s,^($SET_PATTERN)/manifest\.json\$,\1,p" | sort
}

# all_files <folder>: paths of all objects. Fails where the bucket cannot be read.
all_files() {
  code=0
  files=$(rclone lsf --recursive --files-only --fast-list "$1/") || code=$?
  # 3: directory not found (rclone.org/docs, "Exit code")
  [ "$code" -eq 0 ] || [ "$code" -eq 3 ] ||
    fail "cannot list $1 (rclone: $code)" 'Look at the lines above: endpoint, keys of the bucket, network policy'
  printf '%s\n' "$files"
}

# The newest complete set that is not of the future: one made by a clock that ran ahead would for ever look like the newest.
newest_set() {
  latest=$(date -u -d "@$(($(now) + CLOCK_SKEW))" +%Y%m%dT%H%M%SZ)
  complete_sets "$REMOTE" | awk -v latest="$latest" -v step="$step" '
    $0 < latest { newest = $0; next }
    { print step ": " $0 " is of the future: left out" >"/dev/stderr" }
    END { if (newest) print newest }'
}

# --- the manifest -------------------------------------------------------------------------------------------------------------------
# JSON whose lines have one form each, so that a shell reads it without a parser, and refuses what it does not expect.

# manifest_objects <file> <set>: a line `<sha256> <bytes> <path>` for each object. Fails where the manifest is not of this set.
manifest_objects() {
  for line in '"format": 1,' "\"cluster\": \"$CLUSTER\"," "\"component\": \"$COMPONENT\"," "\"kind\": \"$KIND\"," "\"set\": \"$2\","; do
    grep -Fqx -- "  $line" "$1" || fail "the manifest of $2 has no line $line" 'It is of another set, or of another version of this script'
  done
  [ "$(tail -n 1 "$1")" = '}' ] || fail "the manifest of $2 has no end" 'It was cut off: use another set (SET=<name>)'
  object="^    \\{ \"path\": \"((key\\.json|data/$FILE_PATTERN))\", \"bytes\": ([0-9]+), \"sha256\": \"([0-9a-f]{64})\" \\},?\$"
  lines=$(grep -c '^    {' "$1") || fail "the manifest of $2 names no object" 'It is damaged: use another set (SET=<name>)'
  sed -nE "s@$object@\\4 \\3 \\1@p" "$1" >"$1.objects"
  [ "$(wc -l <"$1.objects")" -eq "$lines" ] ||
    fail "the manifest of $2 has an object that cannot be read" 'It is damaged: use another set (SET=<name>)'
  grep -q ' key\.json$' "$1.objects" || fail "the manifest of $2 has no key.json" 'It is damaged: use another set (SET=<name>)'
  cat "$1.objects"
}

# --- what is sealed with the key ----------------------------------------------------------------------------------------------------
# The clear data key, whose it is, and the clear files: lines, of which the first word says what.

# sealed <file> <word>: the rest of the only line that begins with this word.
sealed() {
  [ "$(grep -c "^$2 " "$1")" -eq 1 ] || fail "$1 has not one line \"$2\"" 'Decrypt it again, or use another set (SET=<name>)'
  sed -nE "s/^$2 //p" "$1"
}

# sealed_files <file>: a line `<sha256> <bytes> <name>` for each.
sealed_files() { sed -nE "s/^file ([0-9a-f]{64} [0-9]+ $FILE_PATTERN)\$/\\1/p" "$1"; }

# use_crypt <file> <folder>: sets $CRYPT to the clear view of a folder of ciphertext.
use_crypt() {
  RCLONE_CRYPT_PASSWORD=$(sealed "$1" key | rclone obscure -) || fail "cannot use the key in $1" 'Look at the lines above'
  export RCLONE_CRYPT_PASSWORD
  # shellcheck disable=SC2034 # for the steps
  CRYPT=":crypt,remote='$2',filename_encryption=off,directory_name_encryption=false,suffix=none:"
}

# --- metrics ------------------------------------------------------------------------------------------------------------------------

# push <step> <metric> <value>…: to the Pushgateway. What exists in the bucket exists also where nobody counts it: no failure of the step,
# but the alert on the age of the last success tells.
push() {
  [ -n "${PUSHGATEWAY:-}" ] || return 0
  group=$1
  shift
  : >"/tmp/$step.metrics"
  while [ $# -gt 1 ]; do
    printf '# TYPE %s gauge\n%s %s\n' "$1" "$1" "$2" >>"/tmp/$step.metrics"
    shift 2
  done
  address="$PUSHGATEWAY/metrics/job/backup/component/$COMPONENT/kind/$KIND/step/$group"
  wget -q -T 20 -O /dev/null --post-file "/tmp/$step.metrics" "$address" ||
    say "the metrics did not reach $PUSHGATEWAY. The run itself is good; is the Pushgateway up?"
}
