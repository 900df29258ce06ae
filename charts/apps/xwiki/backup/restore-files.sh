#!/usr/bin/env bash
# Last step of a restore of XWiki, in its image, with its volume mounted: what unpack-files.sh has unpacked takes the place of the files that are
# there, which are kept beside it until somebody has looked at the wiki. The wiki has to be stopped: the step before, which brings the database
# back, fails where it is not.
#
# usage: restore-files.sh <permanent directory>
# Reads        <permanent directory>.new
# Exit code    0 done, else failed
set -euo pipefail

target=$1

# Says where, what and the remedy, and ends the step. The database is exchanged by now.
fail() {
  echo "restore-files: $1. $2" >&2
  exit 1
}

[[ -d $target.new ]] ||
  fail "$target.new is not there, and the database is restored already" 'Start the Job of the restore again: it unpacks the files anew'
before=
if [[ -d $target ]]; then
  before=$target.before-$(date -u +%Y%m%dT%H%M%SZ)
  mv -T "$target" "$before" ||
    fail "the database is restored, the files are not: $target cannot be renamed" "Look at the lines above, and start the Job of the restore again"
fi
mv -T "$target.new" "$target" ||
  fail "the database is restored, the files are not: they are in $target.new${before:+, those of before in $before}" \
    "Look at the lines above, then mv -T $target.new $target"
echo "restore-files: $(find "$target" -type f | wc -l) files are back${before:+; look at the wiki, then delete $before}" >&2
