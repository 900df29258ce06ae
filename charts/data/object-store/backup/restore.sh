#!/bin/sh
# Last step of a restore, after decrypt: brings the objects of the set back into the live store, whose buckets the settings made. Each bucket of
# the set is compared with what was dumped before any of them is touched. A store that holds objects is refused.
#
# usage: restore.sh
# Environment: as for session.sh: the account restore; BUCKETS, names with blanks between; COMPONENT; OVERWRITE=<COMPONENT> where what is
#              there may go; WORK
# Reads        $WORK/data
# Exit code    0 done, else failed
# shellcheck source=/dev/null disable=SC2154 # variables are of session.sh
. "${0%/*}/session.sh"

: "${COMPONENT:?whose data it is}" "${BUCKETS:?the names of the buckets}"
buckets_of_set >"$WORK/buckets"
there=0
while read -r number bucket count; do
  case " $BUCKETS " in
    *" $bucket "*) ;;
    *) fail "the set has the bucket $bucket, and the settings do not" 'Add it to the buckets, sync, and run the restore again' ;;
  esac
  # of its own bucket the store always has objects
  if [ "$bucket" != "${SENTINEL_PATH%/*}" ]; then
    rclone lsf --recursive --files-only "store:$bucket" >"$WORK/live" || fail "cannot list $bucket" 'Look at the lines above'
    there=$((there + $(wc -l <"$WORK/live")))
  fi
done <"$WORK/buckets"
if [ "$there" -gt 0 ] && [ "${OVERWRITE:-}" != "$COMPONENT" ]; then
  fail "the store is not empty: it has $there objects" "To replace what is there, stop the applications and say OVERWRITE=$COMPONENT"
fi
while read -r number bucket count; do unpack "$number" "$bucket" "$count"; done <"$WORK/buckets"
while read -r number bucket count; do
  unpack "$number" "$bucket" "$count"
  put "$number" "$bucket"
  say "$bucket: $count objects"
done <"$WORK/buckets"
rm -rf "$objects"
say "$(fact objects) objects of the set are in the store, as they were dumped"
