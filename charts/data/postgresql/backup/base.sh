#!/usr/bin/env bash
# First step of the base backup: writes a fresh sentinel, then copies the whole server, with the write-ahead log that makes the copy
# consistent.
#
# usage: base.sh
# Environment: libpq's PGHOST, PGUSER, PGPASSWORD …: a role with REPLICATION that may create in schema strata of database postgres; WORK
# Writes       $WORK/started, $WORK/data/{base.tar.zst,pg_wal.tar,backup_manifest,facts.json}
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

data=$WORK/data
rm -rf "$data" "$WORK/base"
mkdir -p "$data"
date -u +%s >"$WORK/started"
sentinel=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
mark postgres "$sentinel" || fail 'cannot write the sentinel' 'Look at the lines above: may the role create in schema strata?'

# fast: the server makes its checkpoint now, not within five minutes; every page's checksum is verified
pg_basebackup --pgdata="$WORK/base" --format=tar --wal-method=stream --checkpoint=fast --compress=client-zstd:3 \
  --manifest-checksums=SHA256 --label="strata $sentinel" --no-password ||
  fail 'pg_basebackup failed' "Look at the lines above; is there room in $WORK?"
# only the main tablespace is dealt with by pitr.sh
extra=$(find "$WORK/base" -name '[0-9]*.tar*')
[[ -z $extra ]] || fail 'the server has tablespaces of its own' 'Move their tables to pg_default: they cannot be restored by these scripts'
mv "$WORK"/base/* "$data/"
rmdir "$WORK/base"
zstd --test --quiet "$data/base.tar.zst" || fail 'the copy cannot be read' "Is there room in $WORK?"
printf '{"format": 1, "sentinel": "%s"}\n' "$sentinel" >"$data/facts.json"
say "$(du -sk "$data" | cut -f1) KiB"
