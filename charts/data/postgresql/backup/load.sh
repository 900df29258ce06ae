#!/usr/bin/env bash
# In a drill of the logical backup, after decrypt: restores all databases into a scratch server and compares them with what the dump
# counted. A set without its fresh sentinel fails.
#
# usage: load.sh
# Environment: COMPONENT; MAX_AGE_SECONDS; JOBS, processes that restore [2]; WORK
# Reads        $WORK/data/{globals.sql,database-<n>.dump,database-<n>.facts,facts.json}, $WORK/fetching
# Writes       $WORK/result.json; $WORK/scratch
# Exit code    0 all is as it was, else not
# shellcheck source=/dev/null
. "${0%/*}/session.sh"
# shellcheck source=/dev/null
. "${0%/*}/scratch.sh"

data=$WORK/data
# the superuser of every server of ours: since 16 only the one that initdb made may stand as grantor of what it granted
export PGUSER=postgres
rm -f "$WORK/result.json"
mkdir -p "$SCRATCH"
rm -rf "${SCRATCH:?}"/*
initdb --pgdata="$SCRATCH/data" --username="$PGUSER" --auth=trust --encoding=UTF8 --no-sync >"$SCRATCH/initdb.log" 2>&1 || {
  cat "$SCRATCH/initdb.log" >&2
  fail 'initdb failed' "Is there room in $WORK?"
}
scratch_settings >"$SCRATCH/postgresql.conf"
launch "$SCRATCH/data" "$SCRATCH/postgresql.conf"
await "$SCRATCH/data" 60

grep -vx 'CREATE ROLE postgres;' "$data/globals.sql" | sql template1 || fail 'the roles cannot be created' 'Look at the lines above'
facts=$(<"$data/facts.json")
sentinel=$(sql template1 --set=facts="$facts" <<<"SELECT :'facts'::json ->> 'sentinel'") || fail 'facts.json cannot be read' 'Make a new backup'
mapfile -d '' -t entries < <(sql template1 --set=facts="$facts" --record-separator-zero --field-separator-zero <<<"
  SELECT file, name, marked FROM json_to_recordset(:'facts'::json -> 'databases') AS d (file text, name text, marked boolean)")
wait $! || fail 'facts.json cannot be read' 'Make a new backup'
[[ ${#entries[@]} -gt 0 ]] || fail 'facts.json names no database' 'Make a new backup'

tables=0
oldest=0
sentinels=0
for ((index = 0; index < ${#entries[@]}; index += 3)); do
  file=$data/${entries[index]} database=${entries[index + 1]} marked=${entries[index + 2]}
  # made by initdb; all others are made as they were, with encoding and locale
  create=(--create --dbname=template1)
  if [[ $database == postgres ]]; then create=(--clean --if-exists --create --dbname=template1); fi
  pg_restore "${create[@]}" --no-tablespaces --exit-on-error --jobs="${JOBS:-2}" "$file.dump" ||
    fail "pg_restore of $database failed" "Look at the lines above; is there room in $WORK?"
  if [[ $marked == t ]]; then
    age=$(check_sentinel "$database" "$sentinel" "$MAX_AGE_SECONDS")
    if ((age > oldest)); then oldest=$age; fi
    sentinels=$((sentinels + 1))
  fi
  sql "$database" <<<"$COUNT_TABLES" >"$SCRATCH/facts" || fail "cannot count the tables of $database" 'Look at the lines above'
  diff "$file.facts" "$SCRATCH/facts" >&2 ||
    fail "$database is not as it was dumped" 'Above: < what the dump counted, > what was restored. Make a new backup, and look at it with a drill'
  tables=$((tables + $(wc -l <"$SCRATCH/facts")))
done
((sentinels > 0)) || fail 'no database has a sentinel' 'The set is not what the dump wrote: make a new backup'
rto=$(elapsed "$WORK/fetching")
# what would have been lost, had the datastore been lost when the drill began
rpo=$((oldest - rto))
result true "$((rpo > 0 ? rpo : 0))" "$rto" "$((${#entries[@]} / 3)) databases, $tables tables: rows and sums as they were dumped"
cat "$WORK/result.json"
