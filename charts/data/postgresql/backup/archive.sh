#!/usr/bin/env bash
# archive_command of the server: puts a finished segment of the write-ahead log into the spool, from where ship.sh sends it. The server keeps
# the segment until this succeeds, and tries again for ever.
#
# usage: archive.sh <path> <file>       archive_command = 'bash /etc/strata/archive.sh "%p" "%f"'
# Environment: SPOOL [$VOLUME/spool]
# Writes       $SPOOL/<file>.zst
# Exit code    0 the segment is in the spool and on disk, else not
set -euo pipefail
umask 077

path=$1 file=$2
spool=${SPOOL:-${VOLUME:?the folder that the volume is mounted at}/spool}
target=$spool/$file.zst
temporary=$spool/.$file.$$

mkdir -p "$spool"
if [[ -e $target ]]; then
  # the server died after this script and before it noted that; or two servers archive into one spool
  cmp --silent "$path" <(zstd --decompress --stdout --quiet "$target") && exit 0
  echo "archive: $target is there with other content. Two servers must not share a spool; if a copy of this server ran here, see the runbook" >&2
  exit 1
fi
# those of a run that was killed
rm -f "$spool/.$file".*
trap 'rm -f "$temporary"' EXIT
# a segment that archive_timeout ended is nearly empty: 16 MiB become some KiB
zstd --quiet -1 -o "$temporary" -- "$path"
sync "$temporary"
mv "$temporary" "$target"
sync "$spool"
