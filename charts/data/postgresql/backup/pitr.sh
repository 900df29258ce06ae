#!/usr/bin/env bash
# Brings a server back from a base backup and the write-ahead log, as it was at a time. In a restore it fills the empty data directory of the
# real server; in a drill one in the pod, which is started, compared and ended.
#
# usage: pitr.sh restore|drill
# Environment: WORK; in a restore PGDATA, the data directory: empty, or OVERWRITE=<COMPONENT> for one whose server is stopped;
#              TARGET_TIME, like 2026-11-20 23:59:34+00 [all of the log]; in a drill MAX_AGE_SECONDS
# Reads        $WORK/data/{base.tar.zst,pg_wal.tar,facts.json}, $WORK/wal/<segment>.zst
# Writes       the data directory; in a drill $WORK/result.json
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"
# shellcheck source=/dev/null
. "${0%/*}/scratch.sh"

mode=${1:-}
data=$WORK/data

# Replaying a day of a busy server takes hours.
RECOVERY_SECONDS=${RECOVERY_SECONDS:-14400}
# the superuser of every server of ours
export PGUSER=postgres

if [[ -n ${TARGET_TIME:-} ]]; then
  [[ $TARGET_TIME =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}\ [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?\+00$ ]] ||
    fail "TARGET_TIME \"$TARGET_TIME\" is no time" 'Write it in UTC, like 2026-11-20 23:59:34+00'
fi

# unpack <data directory>: the base backup, each file as it was when it was made.
unpack() {
  mkdir -p "$1"
  chmod 0700 "$1"
  zstd --decompress --stdout --quiet "$data/base.tar.zst" | tar --extract --file=- --directory="$1" ||
    fail 'the base backup cannot be unpacked' "Is there room in $1?"
  tar --extract --file="$data/pg_wal.tar" --directory="$1/pg_wal" || fail 'its log cannot be unpacked' "Is there room in $1?"
  cp "$data/backup_manifest" "$1/backup_manifest"
  pg_verifybackup --exit-on-error --quiet "$1" || fail 'the base backup is damaged' 'Use another set (SET=<name>), and make a new backup'
  rm -f "$1/backup_manifest" "$data/base.tar.zst" "$data/pg_wal.tar"
}

# Leaves in $WORK/wal what this server wrote. A server that was made anew under the same name has an identifier of its own, which is in the
# header of each segment (src/include/access/xlog_internal.h, XLogLongPageHeaderData.xlp_sysid, from byte 24).
choose_segments() {
  local system file of twin name
  system=$(LC_ALL=C pg_controldata "$1" | sed -n 's/^Database system identifier: *//p')
  for file in "$WORK"/wal/*; do
    [[ ${file##*/} =~ ^[0-9A-F]{24}\.zst ]] || continue
    of=$(zstd --decompress --stdout --quiet "$file" 2>/dev/null | od -An -tu8 -j24 -N8 | tr -d ' ') || true
    [[ $of == "$system" ]] || rm -f "$file"
  done
  # notes for people, which recoveries do not read
  rm -f "$WORK"/wal/*.backup.zst*
  # the history of a timeline that has no segment is another server's, or of no use
  for file in "$WORK"/wal/*.history.zst*; do
    name=${file##*/}
    compgen -G "$WORK/wal/${name%%.*}????????????????.zst" >/dev/null || rm -f "$file"
  done
  # two files of one name: a segment that was sent twice, or two servers that both took writes
  for twin in "$WORK"/wal/*.from-*; do
    [[ -e $twin ]] || continue
    name=${twin%.from-*}
    if [[ ! -e $name ]]; then
      mv "$twin" "$name"
      continue
    fi
    cmp --silent <(zstd --decompress --stdout --quiet "$name") <(zstd --decompress --stdout --quiet "$twin") ||
      fail "${name##*/} was written by two servers" "Two servers took writes on one timeline: keep in $WORK/wal the files of the one that counts"
    rm -f "$twin"
  done
}

# The server takes a missing segment for the end of the log. Without a time to reach it would end before, and nobody would know.
demand_all_segments() {
  local last
  last=$(find "$WORK/wal" -maxdepth 1 -name '*.zst' 2>/dev/null | sed -nE 's,.*/([0-9A-F]{24})\.zst$,\1,p' | sort | tail -n 1) || true
  [[ -z $last || -n ${TARGET_TIME:-} ]] || grep -q "restored log file \"$last\" from archive" "$SCRATCH/server.log" || {
    grep 'restored log file' "$SCRATCH/server.log" | tail -n 3 >&2
    fail "the recovery ended before the last segment $last" 'A segment is missing: recover to a time before it (TARGET_TIME), or find it'
  }
}

# recover <data directory>: replays the log up to the time, and takes a timeline of its own. Archiving is on without a command, so that the
# real server sends what this one writes.
recover() {
  choose_segments "$1"
  {
    scratch_settings
    cat <<END
fsync = on
full_page_writes = on
synchronous_commit = on
wal_level = replica
hot_standby = off
archive_mode = on
archive_command = ''
restore_command = 'test -f "$WORK/wal/%f.zst" && zstd --decompress --stdout --quiet "$WORK/wal/%f.zst" >"%p"'
recovery_target_timeline = 'latest'
recovery_target_action = 'promote'
END
    if [[ -n ${TARGET_TIME:-} ]]; then echo "recovery_target_time = '$TARGET_TIME'"; fi
  } >"$SCRATCH/postgresql.conf"
  # what ALTER SYSTEM set is for the real server; here it may say where else to recover from
  [[ ! -e $1/postgresql.auto.conf ]] || mv "$1/postgresql.auto.conf" "$SCRATCH/postgresql.auto.conf"
  rm -f "$1/postmaster.pid"
  touch "$1/recovery.signal"
  launch "$1" "$SCRATCH/postgresql.conf"
  await "$1" "$RECOVERY_SECONDS"
  demand_all_segments
  grep -E 'recovery stopping|last completed transaction|selected new timeline' "$SCRATCH/server.log" >&2 || true
}

restore() {
  : "${PGDATA:?the data directory of the server}" "${COMPONENT:?whose data it is}"
  local server=$PGDATA
  if [[ -e $server/postmaster.pid ]]; then
    # one that was killed leaves it too: only a person can tell
    fail "$server has a postmaster.pid" 'Stop the server (scale its StatefulSet to 0); if it is stopped, delete that file'
  fi
  if [[ -n $(ls -A "$server" 2>/dev/null) && ${OVERWRITE:-} != "$COMPONENT" ]]; then
    fail "$server is not empty" "To replace what is there, say OVERWRITE=$COMPONENT"
  fi
  rm -rf "$server.new"
  unpack "$server.new"
  recover "$server.new"
  pg_ctl stop --pgdata="$server.new" --mode=fast --wait --timeout=600 --silent || fail 'the server does not stop' "See $SCRATCH/server.log"
  trap - EXIT
  [[ ! -e $SCRATCH/postgresql.auto.conf ]] || mv "$SCRATCH/postgresql.auto.conf" "$server.new/postgresql.auto.conf"
  # kept until somebody has looked at the restored server
  if [[ -e $server ]]; then mv "$server" "$server.before-$(date -u +%Y%m%dT%H%M%SZ)"; fi
  mv "$server.new" "$server"
  say "$server: recovered; start the server, look at it, then delete $server.before-*"
}

drill() {
  : "${MAX_AGE_SECONDS:?most seconds that the sentinel may be old}"
  local sentinel age rto rpo tables=0 database
  local -a databases
  unpack "$SCRATCH/data"
  recover "$SCRATCH/data"
  sentinel=$(sql postgres --set=facts="$(<"$data/facts.json")" <<<"SELECT :'facts'::json ->> 'sentinel'") ||
    fail 'facts.json cannot be read' 'Make a new backup'
  age=$(check_sentinel postgres "$sentinel" "$MAX_AGE_SECONDS")
  # every row is read
  mapfile -d '' -t databases < <(
    sql postgres --record-separator-zero --command='SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname'
  )
  wait $! || fail 'cannot list the databases' 'Look at the lines above'
  for database in "${databases[@]}"; do
    sql "$database" <<<"$COUNT_TABLES" >"$SCRATCH/facts" || fail "cannot read the tables of $database" 'Look at the lines above'
    tables=$((tables + $(wc -l <"$SCRATCH/facts")))
  done
  rto=$(elapsed "$WORK/fetching")
  rpo=$((age - rto))
  result true "$((rpo > 0 ? rpo : 0))" "$rto" "${#databases[@]} databases, $tables tables: every file as it was copied, every row read"
  cat "$WORK/result.json"
}

rm -f "$WORK/result.json"
mkdir -p "$SCRATCH"
rm -rf "${SCRATCH:?}"/*
case $mode in
  restore | drill) "$mode" ;;
  *) fail "\"$mode\" is neither restore nor drill" 'usage: pitr.sh restore|drill' ;;
esac
