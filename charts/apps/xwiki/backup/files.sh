#!/usr/bin/env bash
# Second step of the backup of XWiki, in its image: packs the files of its permanent directory.
#
# The database is dumped before, and the attachments are listed after. XWiki writes the file of an attachment before the row that names it
# is committed, and takes the row away before the file: what the dump names is in the files that are packed later, unless somebody deleted
# it in between, which the list tells. The other order would lose every attachment that was added meanwhile. What was added after the dump
# is in the files too, and nothing names it.
#
# Left out is what XWiki makes again: caches, with the search index in them, scratch files, and logs.
# https://www.xwiki.org/xwiki/bin/view/documentation/xs/admin/configuration/directories/permanent-directory/
#
# usage: files.sh <permanent directory>
# Environment: WORK [/work]
# Writes       $WORK/data/files.tar.gz
# Exit code    0 done, else failed
set -euo pipefail
umask 077

WORK=${WORK:-/work}
source=$1

# Says where, what and the remedy, and ends the step.
fail() {
  echo "files: $1. $2" >&2
  exit 1
}

# no wiki without it: an empty folder is a volume that is not mounted
[[ -d $source/store ]] || fail "$source/store is not there" 'Is the volume of the wiki mounted, and was the wiki ever started?'
mkdir -p "$WORK/data"
set +e
tar --create --file=- --directory="$source" --exclude=./cache --exclude=./tmp --exclude=./logs . | gzip -1 >"$WORK/data/files.tar.gz"
codes=("${PIPESTATUS[@]}")
set -e
# 1: a file changed or went while it was read (info tar, "Return Values"), as files of a wiki that runs do
[[ ${codes[0]} -le 1 && ${codes[1]} -eq 0 ]] ||
  fail "tar ended with ${codes[0]}, gzip with ${codes[1]}" "Look at the lines above; is there room in $WORK?"
# reads back what was written
count=$(tar --list --gzip --file="$WORK/data/files.tar.gz" | wc -l) || fail 'the archive cannot be read' "Is there room in $WORK?"
echo "files: $count files and folders, $(du -sk "$WORK/data/files.tar.gz" | cut -f 1) KiB" >&2
