#!/usr/bin/env bash
# Last step of a restore: compares the rows and sums of each table in the live server with what the dump counted. Applications may read
# meanwhile; what they write is told as a difference. Schemas that no restore brings back are left out on both sides, and counted.
#
# usage: compare.sh <database>…
# Environment: libpq's PGHOST, PGUSER, PGPASSWORD …: the role that dumps, which sees the rows of all tenants; WORK
# Reads        $WORK/data/{facts.json,database-<n>.facts}
# Writes       $WORK/left-out, a line for each database: tables of the dump that were left out
# Exit code    0 all is as it was dumped, else not
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

[[ $# -gt 0 ]] || fail 'no database is named' 'usage: compare.sh <database>…'

# of_others <database>: how a line of facts begins, for each schema that was another's when it was dumped, or is now.
of_others() {
  sql "$1" --set=facts="$(<"$WORK/data/facts.json")" <<<"
    SELECT format('{\"schema\" : %s,', to_json(name))
    FROM ($LEFT_OUT UNION SELECT nspname::text FROM pg_namespace n WHERE $OF_OTHERS) AS schemas"
}

# counted <file>: without what the server itself keeps in the schema strata, nor what is of others. No table may be left: grep finds nothing then.
counted() { grep -v '^{"schema" : "strata",' "$1" | grep -vFf "$WORK/of-others" || true; }

# compare <database>
compare() {
  local database=$1 file others
  file=$WORK/data/$(file_of "$database") || fail "cannot log into $database" 'Look at the lines above'
  [[ -f $file.facts ]] || fail "the set has no database $database" 'See facts.json for what it has'
  sql "$database" <<<"$COUNT_TABLES" >"$WORK/facts" || fail "cannot count the tables of $database" 'It is restored. Look at the lines above'
  of_others "$database" >"$WORK/of-others" || fail "cannot tell whose the schemas of $database are" 'It is restored. Look at the lines above'
  others=$(grep -cFf "$WORK/of-others" "$file.facts" || true)
  echo "$others" >>"$WORK/left-out"
  diff <(counted "$file.facts") <(counted "$WORK/facts") >&2 || return 1
  say "$database: $(counted "$WORK/facts" | wc -l) tables as they were dumped; $others in schemas of others left out"
}

: >"$WORK/left-out"
differing=()
for database; do compare "$database" || differing+=("$database"); done
[[ ${#differing[@]} -eq 0 ]] ||
  fail "not as dumped: ${differing[*]}" 'Above: < what the dump counted, > what is there now; did an application write already?'
