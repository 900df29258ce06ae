#!/usr/bin/env bash
# First step of a backup of MySQL: writes a fresh sentinel, then dumps each database in one state of it, with routines, triggers and events.
#
# usage: dump.sh [database…]             none: all of the server, of which it may read every one or fails
# Environment: as for session.sh; SENTINEL_DATABASE, where the account may create a table; POSITION=true where it may read the position in
#              the binary log (FLUSH_TABLES or RELOAD, and REPLICATION CLIENT) [false]; WORK
# Writes       $WORK/started, $WORK/data/{database-<n>.sql.zst,facts.json}, $WORK/gaps: what cannot be brought back
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
    WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') AND schema_name NOT REGEXP '$COPIES' ORDER BY 1") ||
    fail 'cannot list the databases' 'Look at the lines above'
  while read -r hex; do databases+=("$(unhex <<<"$hex")"); done <<<"$listed"
fi

# gap <text>: what this set has not, or cannot bring back. The set is made all the same.
: >"$WORK/gaps"
gap() {
  say "GAP: $1. $2"
  echo "$1" >>"$WORK/gaps"
}

# longest <database>: a row as text may be more than the server takes in one statement, although it took the row.
longest() {
  local bytes limit
  bytes=$(<"$WORK/longest")
  limit=$(sql <<<'SELECT @@max_allowed_packet') || fail 'the server does not say how long a statement may be' 'Look at the lines above'
  ((bytes < limit)) || gap "a row of $1 has $bytes bytes as text, more than max_allowed_packet of the server: no restore takes it" 'Make the value smaller'
}

# strange <database>: accounts are in no set: those of the settings come from there, others are made by a person.
strange() {
  local definers
  definers=$(sql --raw <<<"
    SELECT DISTINCT definer FROM (
      SELECT definer, table_schema AS place FROM information_schema.views
      UNION SELECT definer, routine_schema FROM information_schema.routines
      UNION SELECT definer, trigger_schema FROM information_schema.triggers
      UNION SELECT definer, event_schema FROM information_schema.events
    ) AS things WHERE BINARY place = BINARY $(literal "$1") AND definer <> 'root@localhost'
      AND definer NOT IN (SELECT CONCAT(schema_name, '@%') FROM information_schema.schemata)") ||
    fail "cannot read the schema of $1" 'Look at the lines above'
  [[ -z $definers ]] ||
    say "views, routines, triggers or events of $1 belong to accounts that are in no settings: ${definers//$'\n'/, }. A new server lacks these; the restore says so, and waits"
}

position=()
if [[ ${POSITION:-false} == true ]]; then position=(--source-data=2); fi

# dump <database> <file>: sets $sum. What is there is compared before and after: a dump that ran into a change of the schema is of no use.
dump() {
  local before after
  before=$(contents "$1") || fail "cannot read the schema of $1" 'Look at the lines above'
  dump_sql "$1" "${position[@]}" | zstd -3 --quiet -o "$2" ||
    fail "the dump of $1 failed" "Look at the lines above: may the account read it, is there room in $WORK? The database has to be in the settings of MySQL"
  # reads back what was written
  sum=$(zstd --decompress --stdout --quiet "$2" | LONGEST=$WORK/longest digest) || fail "the dump of $1 cannot be read" "Is there room in $WORK?"
  longest "$1"
  strange "$1"
  after=$(contents "$1") || fail "cannot read the schema of $1" 'Look at the lines above'
  [[ $before == "$after" ]] || fail "the schema of $1 changed during the dump" 'An application was updated just now: run the backup again'
}

entries=
for index in "${!databases[@]}"; do
  database=${databases[index]}
  file=database-$((index + 1)).sql.zst
  dump "$database" "$data/$file"
  # the server writes the JSON: it knows how to quote a name
  entry=$(sql --raw <<<"SELECT JSON_OBJECT('name', $(literal "$database"), 'file', '$file', 'sha256', '$sum', 'bytes',
    (SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables WHERE BINARY table_schema = BINARY $(literal "$database")))") ||
    fail 'the server wrote no facts' 'Look at the lines above'
  entries+="${entries:+, }$entry"
done
version=$(sql <<<'SELECT VERSION()') || fail 'the server does not tell its version' 'Look at the lines above'
printf '{"format": 1, "server": "%s", "sentinel": "%s", "databases": [%s]}\n' "$version" "$sentinel" "$entries" >"$data/facts.json"
say "${#databases[@]} databases, $(du -sk "$data" | cut -f 1) KiB"
