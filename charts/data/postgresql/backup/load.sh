#!/usr/bin/env bash
# In a drill of the logical backup, after decrypt: makes a server in the pod as the live one is made, with its configuration and its prepare.sh,
# brings its databases back with restore.sh, and compares them with what the dump counted. A set without its fresh sentinel fails.
#
# usage: load.sh <database>…             those of the settings; others are brought back as a person would
# Environment: COMPONENT; MAX_AGE_SECONDS; JOBS, processes that restore what is in no settings [2]; WORK
# Reads        $WORK/data/{globals.sql,database-<n>.dump,database-<n>.facts,facts.json}, $WORK/fetching; postgresql.conf of the live server
# Writes       $WORK/result.json; $WORK/scratch
# Exit code    0 all is as it was, else not
# shellcheck source=/dev/null
. "${0%/*}/session.sh"
# shellcheck source=/dev/null
. "${0%/*}/scratch.sh"
# shellcheck source=/dev/null
. "${0%/*}/parts.sh"

data=$WORK/data
here=${0%/*}
rm -f "$WORK/result.json"
make_server "$here" "$@"

facts=$(<"$data/facts.json")
sentinel=$(sql template1 --set=facts="$facts" <<<"SELECT :'facts'::json ->> 'sentinel'") || fail 'facts.json cannot be read' 'Make a new backup'
mapfile -d '' -t entries < <(sql template1 --set=facts="$facts" --record-separator-zero --field-separator-zero <<<"
  SELECT file, name, marked FROM json_to_recordset(:'facts'::json -> 'databases') AS d (file text, name text, marked boolean)")
wait $! || fail 'facts.json cannot be read' 'Make a new backup'
[[ ${#entries[@]} -gt 0 ]] || fail 'facts.json names no database' 'Make a new backup'

# The restore's own steps, as its own accounts. What it asks the superuser for, before and after, is run as a person would.
as_restore() { PGUSER=backup bash "$here/$1.sh" "${@:2}"; }
if [[ $# -gt 0 ]]; then
  until as_restore restore "$@"; do
    [[ -s $WORK/first.sql ]] || fail 'the restore failed' "Look at the lines above; is there room in $WORK?"
    sql postgres <"$WORK/first.sql" || fail 'what the superuser has to make cannot be made' 'Look at the lines above'
  done
  sql postgres <"$WORK/after.sql" || fail 'what the superuser has to set cannot be set' 'Look at the lines above'
  for database; do
    diff <(sort "$WORK/restore/$database/wanted") <(properties_of_server "$database" | sort) >&2 ||
      fail "settings or rights of $database are not as they were dumped" 'Above: < what was dumped, > what was restored'
  done
  as_restore compare "$@" || fail 'the databases are not as they were dumped' 'Make a new backup, and look at it with a drill'
fi

# by_hand <database> <file>: with encoding, locale and owner as they were.
by_hand() {
  local create=(--create --dbname=template1)
  if [[ $1 == postgres ]]; then create=(--clean --if-exists --create --dbname=template1); fi
  pg_restore "${create[@]}" --no-tablespaces --exit-on-error --jobs="${JOBS:-2}" "$2.dump" ||
    fail "pg_restore of $1 failed" "Look at the lines above; is there room in $WORK?"
  sql "$1" <<<"$COUNT_TABLES" >"$SCRATCH/facts" || fail "cannot count the tables of $1" 'Look at the lines above'
  diff "$2.facts" "$SCRATCH/facts" >&2 ||
    fail "$1 is not as it was dumped" 'Above: < what the dump counted, > what was restored. Make a new backup, and look at it with a drill'
}

# A restore leaves the schema of the server alone, where the sentinels are.
sentinels_of() {
  pg_restore --dbname="$(connection_to "$1")" --no-owner --no-privileges --exit-on-error --schema=strata --table=backup_sentinel "$2.dump" ||
    fail "$1 has no sentinels" 'The set is not what the dump wrote: use another set (SET=<name>), and make a new backup'
}

# compare.sh writes it, where a database is named
left_out=$(if [[ $# -gt 0 ]]; then cat "$WORK/left-out"; fi | awk '{ sum += $1 } END { print sum + 0 }')
# roles of the databases that are in no settings
pg_dumpall --globals-only --no-role-passwords --database=postgres --file="$SCRATCH/globals.sql" || fail 'pg_dumpall failed' 'Look at the lines above'
{ grep -vxFf "$SCRATCH/globals.sql" "$data/globals.sql" || true; } | { grep -E '^(CREATE|ALTER) ROLE ' || true; } |
  sql postgres || fail 'the roles cannot be created' 'Look at the lines above'
tables=0
oldest=0
sentinels=0
for ((index = 0; index < ${#entries[@]}; index += 3)); do
  file=$data/${entries[index]} database=${entries[index + 1]} marked=${entries[index + 2]}
  if [[ " $* " == *" $database "* ]]; then sentinels_of "$database" "$file"; else by_hand "$database" "$file"; fi
  if [[ $marked == t ]]; then
    age=$(check_sentinel "$database" "$sentinel" "$MAX_AGE_SECONDS")
    if ((age > oldest)); then oldest=$age; fi
    sentinels=$((sentinels + 1))
  fi
  tables=$((tables + $(wc -l <"$file.facts")))
done
((sentinels > 0)) || fail 'no database has a sentinel' 'The set is not what the dump wrote: make a new backup'
rto=$(elapsed "$WORK/fetching")
# what would have been lost, had the datastore been lost when the drill began
rpo=$((oldest - rto))
result true "$((rpo > 0 ? rpo : 0))" "$rto" "$((${#entries[@]} / 3)) databases, $((tables - left_out)) tables: rows and sums as they were dumped; $left_out in schemas of others left out"
cat "$WORK/result.json"
