#!/usr/bin/env bash
# In a drill of XWiki, in its image: reads the whole archive of files, and lists what is in it.
#
# usage: unpack.sh
# Environment: WORK [/work]
# Reads        $WORK/data/files.tar.gz
# Writes       $WORK/files, a line `<bytes> <path>` for each file
# Exit code    0 done, else failed
set -euo pipefail
umask 077

WORK=${WORK:-/work}
# mode, owner, bytes, date, time, path: in this order with numbers for owners (info tar, "list")
tar --list --verbose --gzip --numeric-owner --quoting-style=escape --file="$WORK/data/files.tar.gz" >"$WORK/listing" || {
  echo 'unpack: the archive of files cannot be read. Use another set (SET=<name>), and make a new backup' >&2
  exit 1
}
sed -nE 's,^-[^ ]* +[^ ]+ +([0-9]+) +[^ ]+ +[^ ]+ (\./)?(.*)$,\1 \3,p' "$WORK/listing" >"$WORK/files"
[[ -s $WORK/files ]] || {
  echo 'unpack: the archive has no file. Use another set (SET=<name>), and make a new backup' >&2
  exit 1
}
rm -f "$WORK/listing"
echo "unpack: $(wc -l <"$WORK/files") files" >&2
