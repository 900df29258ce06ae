#!/usr/bin/env bash
# First step of a restore of XWiki, in its image, with its volume mounted: unpacks the files beside those that are there, which it does not
# touch. So whatever can fail for want of room has failed before the database is exchanged, and the last step only renames.
#
# usage: unpack-files.sh <permanent directory>
# Environment: COMPONENT; OVERWRITE=<COMPONENT> where there are files; WORK [/work]
# Reads        $WORK/data/files.tar.gz
# Writes       <permanent directory>.new
# Exit code    0 done, else failed: nothing was changed
set -euo pipefail

WORK=${WORK:-/work}
target=$1
archive=$WORK/data/files.tar.gz
: "${COMPONENT:?whose data it is}"

# Says where, what and the remedy, and ends the step.
fail() {
  echo "unpack-files: $1. $2" >&2
  exit 1
}

if [[ -n $(ls -A "$target" 2>/dev/null) && ${OVERWRITE:-} != "$COMPONENT" ]]; then
  fail "$target is not empty" "To replace what is there, say OVERWRITE=$COMPONENT"
fi
# of a restore that did not come to its end
rm -rf "$target.new"
{ bytes=$(gzip --decompress --stdout "$archive" | wc -c) && files=$(tar --list --gzip --file="$archive" | wc -l); } ||
  fail 'the archive of files cannot be read' 'Nothing was changed. Use another set (SET=<name>)'
# a file takes whole blocks, of 4 KiB where nobody chose another size
wanted=$(((bytes >> 10) + files * 4))
free=$(df --output=avail --block-size=1K "${target%/*}" | tail -n 1) || fail "the room at $target is not known" 'Nothing was changed. Look at the lines above'
((wanted <= free)) || fail "there is no room beside $target: $wanted KiB wanted, $free KiB free" \
  "Nothing was changed. Delete what earlier restores left ($target.before-…), or make the volume larger (size of xwiki in the settings)"
mkdir "$target.new"
tar --extract --gzip --file="$archive" --directory="$target.new" || {
  rm -rf "$target.new"
  fail 'the files cannot be unpacked' 'Nothing was changed. Look at the lines above'
}
echo "unpack-files: $(find "$target.new" -type f | wc -l) files are in $target.new" >&2
