#!/usr/bin/env bash
# What the steps of PostgreSQL share; they read it from beside themselves. For bash, in the image of PostgreSQL.
#
# Environment: libpq's PGHOST, PGUSER, PGPASSWORD …; WORK [/work]
set -euo pipefail
umask 077

step=${0##*/}
step=${step%.sh}
WORK=${WORK:-/work}

say() { echo "$step: $*" >&2; }

# Says where, what and the remedy, and ends the step.
fail() {
  say "$1. $2"
  exit 1
}

export PGAPPNAME="strata-$step" PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-15}
# Texts that do not depend on a server's or a role's settings, nor on what a policy hides: the dump of a table whose rows the role may not
# see fails, instead of being short.
settings=(search_path=pg_catalog datestyle=ISO intervalstyle=postgres timezone=UTC extra_float_digits=1 bytea_output=hex lc_monetary=C
  row_security=off client_min_messages=warning statement_timeout=0 idle_in_transaction_session_timeout=0 lock_timeout=60000)
PGOPTIONS="${PGOPTIONS:-}$(printf ' -c %s' "${settings[@]}")"
export PGOPTIONS

# sql <database> [psql's arguments…]: statements from stdin. The name comes by the environment, since psql takes one with a = or :// in it
# for a connection string.
sql() {
  local database=$1
  shift
  PGDATABASE=$database psql --no-psqlrc --no-align --tuples-only --quiet --set=ON_ERROR_STOP=1 "$@"
}

# file_of <database>: the files of its dump, without their suffix.
file_of() {
  sql "$1" --set=facts="$(<"$WORK/data/facts.json")" --set=name="$1" <<<"
    SELECT file FROM json_to_recordset(:'facts'::json -> 'databases') AS d (file text, name text) WHERE name = :'name'"
}

# Schemas of a database, of pg_namespace n, that are neither its owner's (of whatever name: pg_database_owner), nor an extension's, nor the
# server's or ours: no step may bring them back, since the owner of the database restores it.
# shellcheck disable=SC2034 # for the steps
readonly OF_OTHERS="n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'strata') AND n.nspowner NOT IN (SELECT datdba FROM pg_database WHERE datname = current_database() UNION SELECT 'pg_database_owner'::regrole)
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e')"
# Their names, as dump.sh found them; :'facts' is facts.json.
# shellcheck disable=SC2034 # for the steps
readonly LEFT_OUT="SELECT json_array_elements_text(left_out) AS name FROM json_to_recordset(:'facts'::json -> 'databases') AS d (name text, left_out json) WHERE d.name = current_database()"

# Statements that give a line of JSON for each table of the database: rows, and a sum that no order of rows changes.
# t.* is the whole row, where t alone would be a column of that name.
# Large objects are one table of the server's own.
# Not materialised views (refreshed when restored), sequences (they move outside transactions), tables of extensions.
# shellcheck disable=SC2034 # for the steps
readonly COUNT_TABLES="
SELECT format(
  'SELECT json_build_object(''schema'', %L, ''table'', %L, ''rows'', count(*), ''sum'', '
  || 'coalesce(sum(hashtextextended(ROW(t.*)::text COLLATE \"C\", 0)::numeric), 0)::text) FROM ONLY %I.%I t;',
  nspname, relname, nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname !~ '^pg_'
  AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
ORDER BY nspname COLLATE \"C\", relname COLLATE \"C\"
\\gexec
SELECT json_build_object('schema', 'pg_catalog', 'table', 'pg_largeobject', 'rows', count(*), 'sum',
  coalesce(sum(hashtextextended(ROW(loid, pageno, data)::text COLLATE \"C\", 0)::numeric), 0)::text)
FROM pg_largeobject HAVING count(*) > 0;
"

# mark <database> <id>: writes a sentinel. Those of forty days tell which sets were ever made.
mark() {
  sql "$1" --set=id="$2" <<'SQL'
DO $$ BEGIN
  IF to_regclass('strata.backup_sentinel') IS NULL THEN
    CREATE TABLE strata.backup_sentinel (id text PRIMARY KEY, written timestamptz NOT NULL DEFAULT clock_timestamp());
  END IF;
END $$;
INSERT INTO strata.backup_sentinel (id) VALUES (:'id') ON CONFLICT DO NOTHING;
DELETE FROM strata.backup_sentinel WHERE written < now() - interval '40 days';
SQL
}

# result <true|false> <rpo> <rto> <detail>: what report.sh reads. The detail has no quotes, backslashes or line breaks.
result() {
  printf '{\n  "ok": %s,\n  "rpo_seconds": %s,\n  "rto_seconds": %s,\n  "detail": "%s"\n}\n' "$1" "$2" "$3" "${4//[\"\\$'\n']/ }" \
    >"$WORK/result.json"
}
