#!/usr/bin/env bash
# First step of the logical backup: writes a fresh sentinel into every database, then dumps each in the state of one snapshot, and counts
# and sums its tables in the same snapshot, for the drill to compare.
#
# usage: dump.sh
# Environment: libpq's PGHOST, PGUSER, PGPASSWORD …: a role with pg_read_all_data and BYPASSRLS that may create in schema strata; WORK
# Writes       $WORK/started, $WORK/data/{globals.sql,database-<n>.dump,database-<n>.facts,facts.json}, $WORK/gaps: what cannot be brought back
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

# a session that dies is told about below, not by a signal
trap '' PIPE
data=$WORK/data
rm -rf "$data"
mkdir -p "$data"
date -u +%s >"$WORK/started"
sentinel=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

# gap <text>: what this set has not, or cannot bring back. The set is made all the same.
: >"$WORK/gaps"
gap() {
  say "GAP: $1. $2"
  echo "$1" >>"$WORK/gaps"
}

# without <database>: options of pg_dump for what the role cannot read, into $options. Large objects have no right that covers all.
without() {
  local unreadable
  options=()
  unreadable=$(sql "$1" <<<"SELECT count(*) FROM pg_largeobject_metadata WHERE current_setting('lo_compat_privileges') = 'off'
    AND NOT pg_has_role(lomowner, 'USAGE')") || fail "cannot log into $1" 'Look at the lines above'
  if ((unreadable > 0)); then
    gap "$unreadable large objects of $1 are not in the set" 'As the superuser, once: ALTER ROLE backup SET lo_compat_privileges = on;'
    options=(--no-large-objects)
  fi
}

# hidden <database>: passwords, which only their owners see.
hidden() {
  local count
  count=$(sql "$1" <<<"SELECT count(*) FROM pg_user_mappings WHERE umoptions IS NULL") || fail "cannot log into $1" 'Look at the lines above'
  ((count == 0)) || gap "options of $count user mappings of $1 are not in the set" 'They hold passwords: keep them where you keep others, and set them after a restore'
}

# foreign <index>: schemas of others, as a list in JSON, into $left_out. They are in the set, and no restore brings them back.
foreign() {
  local database=${databases[$1]}
  left_out[$1]=$(sql "$database" <<<"SELECT coalesce(json_agg(nspname ORDER BY nspname), '[]') FROM pg_namespace n WHERE $OF_OTHERS") ||
    fail "cannot log into $database" 'Look at the lines above'
  [[ ${left_out[$1]} == '[]' ]] ||
    gap "schemas of $database that are not its owner's: ${left_out[$1]}. The Job of a restore leaves them out" 'ALTER SCHEMA … OWNER TO, or restore them by hand'
}

# dump <database> <file>: one session holds the snapshot and counts, while pg_dump reads in the same snapshot.
dump() {
  local database=$1 file=$2 snapshot session dumper options count=$COUNT_TABLES
  without "$database"
  [[ ${#options[@]} -eq 0 ]] || count=${count%SELECT*}
  coproc SESSION { sql "$database"; }
  session=$SESSION_PID
  # bash closes its own when the session ends
  exec {ask}>&"${SESSION[1]}" {answer}<&"${SESSION[0]}"
  echo 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();' >&"$ask"
  read -r -t 120 snapshot <&"$answer" || fail "no snapshot of $database" 'Look at the lines above: does the server answer?'
  PGDATABASE=$database pg_dump --format=custom --compress=zstd:3 --no-password "${options[@]}" --snapshot="$snapshot" --file="$file.dump" &
  dumper=$!
  printf "\\\\o '%s'\n%s\n\\\\o\n" "$file.facts" "$count" >&"$ask"
  wait "$dumper" || fail "pg_dump of $database failed" 'Look at the lines above'
  # the snapshot lasts until here
  printf 'COMMIT;\n\\q\n' >&"$ask" || true
  exec {ask}>&- {answer}<&-
  wait "$session" || fail "cannot count the tables of $database" 'Look at the lines above'
  # a file that was cut off has no table of contents
  pg_restore --list "$file.dump" >/dev/null || fail "the dump of $database cannot be read" "Is there room in $WORK?"
}

mapfile -d '' -t databases < <(
  sql postgres --record-separator-zero --command='SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname'
)
wait $! || fail 'cannot list the databases' 'Look at the lines above: does the server answer, and may the role log in?'
[[ ${#databases[@]} -gt 0 ]] || fail 'the server has no database' 'Look at the lines above'
# A database that somebody made by hand has no schema of ours: it is dumped, and known to be as fresh as the others.
marked=()
left_out=()
for index in "${!databases[@]}"; do
  database=${databases[index]}
  left_out[index]='[]'
  marked[index]=$(sql "$database" <<<"SELECT to_json(to_regnamespace('strata') IS NOT NULL)") ||
    fail "cannot log into $database" 'Look at the lines above; GRANT CONNECT on it to the role'
  if [[ ${marked[index]} == true ]]; then
    [[ $database == postgres ]] || { foreign "$index" && hidden "$database"; }
    mark "$database" "$sentinel" || fail "cannot write the sentinel into $database" 'Look at the lines above: may the role create in schema strata?'
  else
    gap "$database is in no settings: the Job of a restore leaves it out" 'Declare it, or restore it by hand (runbook)'
  fi
done

[[ " ${marked[*]} " == *' true '* ]] || fail 'no database has the schema strata' 'Start the server anew: prepare.sh makes it, or the operator'

pg_dumpall --globals-only --no-role-passwords --no-tablespaces --no-password --database=postgres --file="$data/globals.sql" ||
  fail 'pg_dumpall failed' 'Look at the lines above'

entries=
for index in "${!databases[@]}"; do
  database=${databases[index]}
  file=database-$((index + 1))
  dump "$database" "$data/$file"
  # the server writes the JSON: it knows how to quote a name
  entry=$(sql postgres --set=name="$database" --set=file="$file" --set=marked="${marked[index]}" --set=others="${left_out[index]}" \
    <<<"SELECT json_build_object('name', :'name', 'file', :'file', 'marked', :marked, 'left_out', :'others'::json)") ||
    fail 'the server wrote no facts' 'Look at the lines above'
  entries+="${entries:+, }$entry"
done
printf '{"format": 1, "sentinel": "%s", "databases": [%s]}\n' "$sentinel" "$entries" >"$data/facts.json"
say "${#databases[@]} databases, $(du -sk "$data" | cut -f1) KiB"
