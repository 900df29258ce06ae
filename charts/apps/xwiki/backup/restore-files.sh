#!/usr/bin/env bash
# Last step of a restore of XWiki, in its image, with its volume mounted: brings the files back. What was there is kept beside them until
# somebody has looked at the wiki. The wiki has to be stopped: the step before, which brings the database back, fails where it is not.
#
# usage: restore-files.sh <permanent directory> [check]      check: as first step, only whether it would be refused
# Environment: COMPONENT; OVERWRITE=<COMPONENT> where there are files; WORK [/work]
# Reads        $WORK/data/files.tar.gz
# Exit code    0 done, else failed
set -euo pipefail

WORK=${WORK:-/work}
target=$1
: "${COMPONENT:?whose data it is}"

# Says where, what and the remedy, and ends the step.
fail() {
  echo "restore-files: $1. $2" >&2
  exit 1
}

if [[ -n $(ls -A "$target" 2>/dev/null) && ${OVERWRITE:-} != "$COMPONENT" ]]; then
  fail "$target is not empty" "To replace what is there, say OVERWRITE=$COMPONENT"
fi
if [[ ${2:-} == check ]]; then exit 0; fi
rm -rf "$target.new"
mkdir -p "$target.new"
tar --extract --gzip --file="$WORK/data/files.tar.gz" --directory="$target.new" ||
  fail 'the files cannot be unpacked' "Look at the lines above; is there room on the volume? Nothing was changed"
before=
if [[ -d $target ]]; then
  before=$target.before-$(date -u +%Y%m%dT%H%M%SZ)
  mv "$target" "$before"
fi
mv "$target.new" "$target"
echo "restore-files: $(find "$target" -type f | wc -l) files are back${before:+; look at the wiki, then delete $before}" >&2
