#!/usr/bin/env bash
# Last step of a restore: compares the rows and sums of each table in the live server with what the dump counted. Applications may read
# meanwhile; what they write is told as a difference.
#
# usage: compare.sh <database>…
# Environment: libpq's PGHOST, PGUSER, PGPASSWORD …: the role that dumps, which sees the rows of all tenants; WORK
# Reads        $WORK/data/{facts.json,database-<n>.facts}
# Exit code    0 all is as it was dumped, else not
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

[[ $# -gt 0 ]] || fail 'no database is named' 'usage: compare.sh <database>…'

# counted <file>: without what the server itself keeps in the schema strata. No table may be left: grep finds nothing then.
counted() { grep -v '^{"schema" : "strata",' "$1" || true; }

# compare <database>
compare() {
  local database=$1 file
  file=$WORK/data/$(file_of "$database") || fail "cannot log into $database" 'Look at the lines above'
  [[ -f $file.facts ]] || fail "the set has no database $database" 'See facts.json for what it has'
  sql "$database" <<<"$COUNT_TABLES" >"$WORK/facts" || fail "cannot count the tables of $database" 'It is restored. Look at the lines above'
  diff <(counted "$file.facts") <(counted "$WORK/facts") >&2 || return 1
  say "$database: $(counted "$WORK/facts" | wc -l) tables as they were dumped"
}

differing=()
for database; do compare "$database" || differing+=("$database"); done
[[ ${#differing[@]} -eq 0 ]] ||
  fail "not as dumped: ${differing[*]}" 'Above: < what the dump counted, > what is there now; did an application write already?'
