#!/usr/bin/env bash
# First step of a backup of MySQL: writes a fresh sentinel, then dumps each database in one state of it, with routines, triggers and events.
#
# usage: dump.sh [database…]             none: all of the server, of which it may read every one or fails
# Environment: as for session.sh; SENTINEL_DATABASE, where the account may create a table; POSITION=true where it may read the position in
#              the binary log (FLUSH_TABLES or RELOAD, and REPLICATION CLIENT) [false]; WORK
# Writes       $WORK/started, $WORK/data/{database-<n>.sql.zst,facts.json}
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

use_server
data=$WORK/data
home=$(identifier "${SENTINEL_DATABASE:?where the sentinel goes}")
rm -rf "$data"
mkdir -p "$data"
date -u +%s >"$WORK/started"
sentinel=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

# Those of forty days tell which sets were ever made.
sql <<SQL || fail "cannot write the sentinel into $SENTINEL_DATABASE" 'Look at the lines above: does the server answer, may the account create there?'
CREATE TABLE IF NOT EXISTS $home.$SENTINELS (id CHAR(32) NOT NULL PRIMARY KEY, written BIGINT NOT NULL);
INSERT INTO $home.$SENTINELS VALUES ('$sentinel', UNIX_TIMESTAMP());
DELETE FROM $home.$SENTINELS WHERE written < UNIX_TIMESTAMP() - 40 * 86400;
SQL

databases=("$@")
if [[ $# -eq 0 ]]; then
  listed=$(sql <<<"SELECT HEX(schema_name) FROM information_schema.schemata
    WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1") ||
    fail 'cannot list the databases' 'Look at the lines above'
  while read -r hex; do databases+=("$(unhex <<<"$hex")"); done <<<"$listed"
fi

position=()
if [[ ${POSITION:-false} == true ]]; then position=(--source-data=2); fi

# dump <database> <file>: sets $sum. What is there is compared before and after: a dump that ran into a change of the schema is of no use.
dump() {
  local before after
  before=$(contents "$1") || fail "cannot read the schema of $1" 'Look at the lines above'
  dump_sql "$1" "${position[@]}" | zstd -3 --quiet -o "$2" ||
    fail "the dump of $1 failed" "Look at the lines above: may the account read it, is there room in $WORK? The database has to be in the settings of MySQL"
  # reads back what was written
  sum=$(zstd --decompress --stdout --quiet "$2" | digest) || fail "the dump of $1 cannot be read" "Is there room in $WORK?"
  after=$(contents "$1") || fail "cannot read the schema of $1" 'Look at the lines above'
  [[ $before == "$after" ]] || fail "the schema of $1 changed during the dump" 'An application was updated just now: run the backup again'
}

entries=
for index in "${!databases[@]}"; do
  database=${databases[index]}
  file=database-$((index + 1)).sql.zst
  dump "$database" "$data/$file"
  # the server writes the JSON: it knows how to quote a name
  entry=$(sql --raw <<<"SELECT JSON_OBJECT('name', $(literal "$database"), 'file', '$file', 'sha256', '$sum')") ||
    fail 'the server wrote no facts' 'Look at the lines above'
  entries+="${entries:+, }$entry"
done
version=$(sql <<<'SELECT VERSION()') || fail 'the server does not tell its version' 'Look at the lines above'
printf '{"format": 1, "server": "%s", "sentinel": "%s", "databases": [%s]}\n' "$version" "$sentinel" "$entries" >"$data/facts.json"
say "${#databases[@]} databases, $(du -sk "$data" | cut -f 1) KiB"
