#!/bin/sh
# Sends the write-ahead log from the spool to the bucket, for ever, in the image of rclone, beside the server: encrypts, uploads, reads back,
# and deletes from the spool what came back as it was; oldest first. What fails stays and is tried again.
#
# usage: sh ship.sh [once]              once: ends when the spool is empty, or with 1 when something cannot be sent
# Environment: CLUSTER COMPONENT KIND=wal; BUCKET RCLONE_S3_*; SPOOL; PUSHGATEWAY; BASE, the kind whose sets need the log [base];
#              WORK KEYS [/work, /keys]
# Reads        $SPOOL/<file>.zst (archive.sh); $WORK/key.json and $KEYS/data-key (key.sh stream)
# Writes       <key id>/key.json and <key id>/<file>.zst in the bucket; deletes files there that no base backup needs any more
# Exit code    0 after SIGTERM or `once`, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

# Seconds between two looks at an empty spool, and the longest wait after a failure.
INTERVAL=5
LONGEST_WAIT=60
# Seconds between two pushes of metrics, and between two looks at what nobody needs any more.
PUSH_SECONDS=30
RETIRE_SECONDS=86400
# Files that are sent and read back by one start of rclone.
BATCH=16

identify
demand SPOOL
use_bucket
# the loop below has the patience
export RCLONE_RETRIES=1
for file in "$KEYS/data-key" "$WORK/key.json"; do
  [ -f "$file" ] || fail "there is no $file" 'Run key.sh stream first'
done
id=$(sealed "$KEYS/data-key" set)
use_crypt "$KEYS/data-key" "$REMOTE/$id"
mkdir -p "$SPOOL"

# The key goes before what it opens.
send_key() {
  rclone copyto "$WORK/key.json" "$REMOTE/$id/key.json" &&
    [ "$(rclone cat "$REMOTE/$id/key.json" | sha256sum)" = "$(sha256sum <"$WORK/key.json")" ]
}

# Names of the spool's files, oldest first; a history file goes before the segments of its timeline.
waiting() { find "$SPOOL" -maxdepth 1 -type f -name '[0-9A-F]*.zst' | sed 's,.*/,,' | sort; }

# Sends the oldest files. Nothing in the bucket is written over: a file that is there already has to be the same.
send_batch() {
  rclone copy --no-traverse --ignore-existing --files-from-raw "$WORK/batch" "$SPOOL" "$CRYPT" || return 1
  if ! rclone check --download --one-way --files-from-raw "$WORK/batch" "$SPOOL" "$CRYPT" 2>"$WORK/check"; then
    cat "$WORK/check" >&2
    return 1
  fi
  while read -r name; do rm -f "$SPOOL/$name"; done <"$WORK/batch"
}

# Deletes what is older than the oldest base backup that can be restored, by a day, since that is by the bucket's clock.
retire() {
  oldest=$(complete_sets ":s3:$BUCKET/$CLUSTER/$COMPONENT/${BASE:-base}" | head -n 1) || return 0
  if [ -z "$oldest" ]; then
    say 'there is no base backup: all of the log is kept'
    return 0
  fi
  before=$(rfc3339 $(($(seconds_of_set "$oldest") - 86400)))
  # history files are small, and tell recoveries which way timelines went
  rclone delete --use-server-modtime --min-age "$before" --exclude '*.history*' --exclude '*/key.json' "$REMOTE" ||
    say "cannot delete what is older than $before: tried again in $RETIRE_SECONDS s"
  say "the log since $before is kept"
}

# A standby's spool stays empty: that nothing waits there must not hide what waits at the primary.
report() {
  [ -n "$known" ] || [ -s "$WORK/batch" ] || return 0
  push wal strata_wal_last_shipped_timestamp_seconds "$shipped" strata_wal_spool_files "$(waiting | wc -l | tr -d ' ')"
  pushed=$(now)
}

# So that a signal is heard at once.
pause() {
  sleep "$1" &
  wait $! || true
}

stopping=
trap 'stopping=true' TERM INT
wait_seconds=1
# until it is known better, nothing was sent
shipped=$(now)
pushed=0
retired=0
known=
while :; do
  # what the liveness probe looks at
  touch /tmp/alive
  waiting | head -n "$BATCH" >"$WORK/batch"
  if [ ! -s "$WORK/batch" ]; then
    # nothing waits: all is in the bucket
    shipped=$(now)
    if [ "${1:-}" = once ] || [ -n "$stopping" ]; then break; fi
    if [ -n "$known" ] && [ $((shipped - retired)) -gt "$RETIRE_SECONDS" ]; then
      retire
      retired=$(now)
    fi
    [ $((shipped - pushed)) -lt "$PUSH_SECONDS" ] || report
    pause "$INTERVAL"
    continue
  fi
  if { [ -n "$known" ] || { send_key && known=true; }; } && send_batch; then
    shipped=$(now)
    wait_seconds=1
    say "$(wc -l <"$WORK/batch" | tr -d ' ') sent, up to $(tail -n 1 "$WORK/batch")"
  else
    say "cannot send $(head -n 1 "$WORK/batch"): it stays in $SPOOL. Look at the lines above; is the bucket up, and are its keys right?"
    report
    if [ "${1:-}" = once ] || [ -n "$stopping" ]; then exit 1; fi
    pause "$wait_seconds"
    wait_seconds=$((wait_seconds * 2))
    [ "$wait_seconds" -le "$LONGEST_WAIT" ] || wait_seconds=$LONGEST_WAIT
  fi
  [ $(($(now) - pushed)) -lt "$PUSH_SECONDS" ] || report
done
report
