#!/usr/bin/env bash
# Puts databases of a logical backup into a live server, each as its owner and in one transaction: it is all there, or nothing changed. A
# database that somebody else is connected to is refused. compare.sh comes after it, when applications have their data already.
#
# usage: restore.sh <database>…
# Environment: libpq's PGHOST, PGUSER, PGPASSWORD …: the role that dumps; PASSWORD_<database> of the role <database>_owner; COMPONENT;
#              OVERWRITE=<COMPONENT> to replace what a database holds; WORK
# Reads        $WORK/data/{globals.sql,facts.json,database-<n>.dump}
# Writes       $WORK/first.sql, what the superuser has to run before: then nothing was changed; $WORK/after.sql, what he has to run
#              afterwards; $WORK/restore; $WORK/transaction, the number of the last one that went as far as COMMIT
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"
# shellcheck source=/dev/null
. "${0%/*}/parts.sh"

data=$WORK/data
: "${COMPONENT:?whose data it is}"
[[ $# -gt 0 ]] || fail 'no database is named' 'usage: restore.sh <database>…'

# Schemas that hold what an application owns; schema strata is the server's own.
readonly SCHEMAS="nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'strata')"
readonly OWN="$SCHEMAS AND pg_has_role(nspowner, 'USAGE')"
# Extensions stay: not every one can be made again by who brings the data back.
readonly WITH_EXTENSION='EXISTS (SELECT FROM pg_extension WHERE extnamespace = pg_namespace.oid)'

# Accounts whose sessions hold nothing that a restore would take away: those of the backup, of metrics, and of the pooler's look-ups, of either
# engine; and the superuser, who may be the person that restores. What else a pooler holds open carries an application's account.
readonly PLATFORM="rolsuper OR rolname IN ('backup', 'exporter', 'pgbouncer') OR rolname ~ '^cnpg_'"
# PgBouncer closes a connection that nobody used for ten minutes (server_idle_timeout, its default).
readonly STOP='Nothing in it was changed. Stop them (maintenance: true in the settings, or as you stop your own) and start this again. What a
pooler keeps open ends ten minutes after its last client, or when it is restarted'

# unused <database>: nobody else is connected. What an application wrote meanwhile would be gone. Sessions of the step's own may take a moment
# to end.
unused() {
  local others
  others=$(as_owner "$1" sql "$1" <<<"
    SELECT string_agg(format('%s (%s)', usename, concat_ws(' ', sessions, addresses)), ', ' ORDER BY usename) FROM (
      SELECT usename, count(*) AS sessions, 'from ' || string_agg(DISTINCT host(client_addr), ' and ') AS addresses
      FROM pg_stat_activity JOIN pg_roles ON pg_roles.oid = usesysid
      WHERE datname = current_database() AND NOT ($PLATFORM)
        AND NOT (usename = current_user AND application_name = current_setting('application_name'))
      GROUP BY usename) AS users") || fail "cannot tell who is connected to $1" 'Look at the lines above'
  [[ -z $others ]] || fail "applications are connected to $1: $others" "$STOP"
}

# Statements that empty the database: of what its owner owns, without extensions and what belongs to them. A schema that was another's when it
# was dumped is not made again, so it is not dropped either.
emptying() {
  sql "$1" --set=large="$2" --set=facts="$(<"$data/facts.json")" <<<"
    SELECT format('DROP PUBLICATION %I;', pubname) FROM pg_publication WHERE pg_has_role(pubowner, 'USAGE');
    SELECT format('DROP SERVER %I CASCADE;', srvname) FROM pg_foreign_server WHERE pg_has_role(srvowner, 'USAGE');
    SELECT format('DROP SCHEMA %I CASCADE;', nspname) || CASE nspname WHEN 'public' THEN ' CREATE SCHEMA public;' ELSE '' END
      FROM pg_namespace WHERE $OWN AND NOT $WITH_EXTENSION AND nspname NOT IN ($LEFT_OUT);
    SELECT format('DROP %s IF EXISTS %s CASCADE;', CASE type WHEN 'statistics object' THEN 'statistics' ELSE type END, identity)
      FROM pg_namespace, pg_depend AS d, pg_identify_object(d.classid, d.objid, 0)
      WHERE $OWN AND $WITH_EXTENSION AND nspname NOT IN ($LEFT_OUT)
        AND refclassid = 'pg_namespace'::regclass AND refobjid = pg_namespace.oid AND deptype = 'n'
        AND d.classid <> 'pg_extension'::regclass AND NOT EXISTS (
          SELECT FROM pg_depend AS e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e');
    SELECT format('ALTER DEFAULT PRIVILEGES REVOKE ALL ON %s FROM %s;', kind, grantee)
      FROM (SELECT DISTINCT CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END AS kind,
        quote_ident(pg_get_userbyid(a.grantee)) AS grantee
        FROM pg_default_acl, aclexplode(defaclacl) AS a
        WHERE defaclrole = current_user::regrole AND defaclnamespace = 0 AND a.grantee NOT IN (0, defaclrole)) AS given;
    SELECT format('SELECT lo_unlink(%s);', oid) FROM pg_largeobject_metadata WHERE :'large' <> '';"
}

# kept <database>: schemas that are not dropped, and so not made.
kept() { sql "$1" <<<"SELECT format(' SCHEMA - %s ', nspname) FROM pg_namespace WHERE $OWN AND $WITH_EXTENSION"; }

# strangers <database>: gives the owner what others have in his schemas: he could not drop it.
strangers() {
  sql "$1" --set=owner="${1}_owner" <<<"
    SELECT format('\\connect %I', current_database()) || E'\n' || string_agg(format('ALTER %s %s OWNER TO %I;', type, identity, :'owner'), E'\n')
    FROM pg_namespace, pg_depend AS d, pg_identify_object(d.classid, d.objid, 0), pg_shdepend AS s
    WHERE $SCHEMAS AND pg_get_userbyid(nspowner) = :'owner' AND $WITH_EXTENSION
      AND d.refclassid = 'pg_namespace'::regclass AND d.refobjid = pg_namespace.oid AND d.deptype = 'n' AND d.classid <> 'pg_extension'::regclass
      AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.classid = d.classid AND s.objid = d.objid
      AND s.deptype = 'o' AND pg_get_userbyid(s.refobjid) <> :'owner'
      AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e')
    HAVING count(*) > 0"
}

# as_owner <database> <command…>
as_owner() {
  local password=PASSWORD_$1
  PGUSER=${1}_owner PGPASSWORD=${!password} "${@:2}"
}

# prepare <database>: what can be seen before anything is done. Adds to first.sql.
prepare() {
  local database=$1 password=PASSWORD_$1 tables
  parts=$WORK/restore/$1
  [[ -n ${!password:-} ]] || fail "no password for ${database}_owner: \$$password is empty" 'Take it from the Secret of the owner'
  file=$data/$(as_owner "$database" file_of "$database") || fail "${database}_owner cannot log into $database" 'Look at the lines above'
  unused "$database"
  [[ -f $file.dump ]] || fail "the set has no database $database" 'See facts.json for what it has'
  tables=$(as_owner "$database" sql "$database" <<<"SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm', 'S', 'v') AND $SCHEMAS AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')")
  if ((tables > 0)) && [[ ${OVERWRITE:-} != "$COMPONENT" ]]; then
    fail "$database is not empty: $tables tables, views and sequences" "To replace what is there, say OVERWRITE=$COMPONENT"
  fi
  mkdir -p "$parts"
  pg_restore --list "$file.dump" >"$parts/toc" || fail "the dump of $database cannot be read" 'Use another set (SET=<name>)'
  split "$parts/toc" "${database}_owner" "$parts"
  {
    {
      strangers "$database" && extensions_of "$database" "$file.dump" "$parts"
    } >>"$WORK/restore/first.sql" &&
      needed_roles "$file.dump" "$parts" "$data/globals.sql" "$WORK/restore/globals.sql" >>"$WORK/restore/roles"
  } || fail "cannot tell what $database needs" 'Look at the lines above'
}

# committed <exit code of psql> <database>: whether the transaction was done although psql failed: the answer to COMMIT may be lost where the
# transaction is not. 3 is an error that the server told of. Where the server does not know either, it fails.
committed() {
  local transaction status attempt
  [[ $1 != 3 && -s $WORK/transaction ]] || return 1
  transaction=$(<"$WORK/transaction")
  say "the connection to $2 broke at COMMIT: asking the server what became of transaction $transaction"
  for ((attempt = 0; attempt < 10; attempt++)); do
    status=$(as_owner "$2" sql "$2" <<<"SELECT pg_xact_status('$transaction')") || status=unknown
    case $status in
      committed) return 0 ;;
      aborted) return 1 ;;
    esac
    sleep 3
  done
  fail "the connection to $2 broke at COMMIT, and nobody knows whether $2 is restored" "When the server is back, ask it in $2:
SELECT pg_xact_status('$transaction'); committed: it is restored; aborted: nothing in it was changed. Or start this again, which restores it once more"
}

# restore <database>: in one transaction. The input ends without COMMIT when anything before it fails, and the server forgets all of it.
restore() {
  local database=$1
  unused "$database"
  rm -f "$WORK/transaction"
  parts=$WORK/restore/$1
  file=$data/$(as_owner "$database" file_of "$database")
  as_owner "$database" kept "$database" >"$parts/kept" || fail "cannot read the schemas of $database" 'Look at the lines above'
  { grep -vFf "$parts/kept" "$parts/owners" || true; } >"$parts/list"
  {
    echo 'BEGIN;'
    as_owner "$database" emptying "$database" "$(head -n 1 "$parts/large")" &&
      large_objects "$file.dump" &&
      pg_restore --file=- --no-owner --no-tablespaces --exclude-schema=strata --use-list="$parts/list" "$file.dump" &&
      printf "\\\\o '%s'\nSELECT pg_current_xact_id();\n\\\\o\nCOMMIT;\n" "$WORK/transaction"
  } | as_owner "$database" sql "$database" >/dev/null || committed "${PIPESTATUS[1]}" "$database" ||
    fail "the restore of $database failed" 'Nothing in it was changed. Look at the lines above'
  properties "$database" "$file.dump"
  as_owner "$database" lent "$database" "$parts" || fail "cannot read the extensions of $database" 'It is restored. Look at the lines above'
  if [[ -s $parts/superusers ]]; then
    printf '\\connect %s\n' "$(quoted_name "$database")"
    entries "$file.dump" "$parts/superusers" --clean --if-exists
  fi >>"$WORK/after.sql"
  [[ ! -s $parts/foreign ]] || say "$database: schemas of others are left out. By hand: pg_restore --schema=<name>"
  say "$database: restored"
}

# large_objects <dump>: each as its owner had it, without transactions of their own.
large_objects() {
  if [[ -s $parts/large ]]; then
    pg_restore --file=- --no-tablespaces --use-list="$parts/large" "$1" | { grep -vx -e 'BEGIN;' -e 'COMMIT;' || true; }
  fi
}

# properties <database> <dump>: its own settings and rights. Those that the owner may not set are the superuser's.
properties() {
  local statement
  properties_of_set "$2" "$parts" >"$parts/wanted" || fail "the settings of $1 are not in the dump" 'It is restored. Look at the lines above'
  properties_of_server "$1" >"$parts/found" || fail "the settings of $1 cannot be read" "It is restored. Look at the lines above"
  {
    # what only the server has
    grep -vxFf "$parts/wanted" "$parts/found" | sed -nE 's/^(ALTER (DATABASE|ROLE) .*) SET ([^ ]+) TO .*/\1 RESET \3;/p' || true
    grep -vxFf "$parts/found" "$parts/wanted" || true
  } | while read -r statement; do
    as_owner "$1" sql "$1" <<<"$statement" >/dev/null 2>&1 || echo "$statement" >>"$WORK/after.sql"
  done
}

rm -rf "$WORK/restore" "$WORK/first.sql"
mkdir -p "$WORK/restore"
: >"$WORK/after.sql"
[[ -f $data/globals.sql ]] || fail 'the set has no globals.sql' 'Use another set (SET=<name>)'
globals "$WORK/restore/globals.sql"
for database; do prepare "$database"; done
# roles before what names them
{ roles_of "$data/globals.sql" "$WORK/restore/roles" && cat "$WORK/restore/first.sql"; } >"$WORK/first.sql"
if [[ -s $WORK/first.sql ]]; then
  cat "$WORK/first.sql" >&2
  fail 'the set needs what only the superuser can make' 'Nothing was changed. Run the statements above (psql, as the superuser), give new roles that log in a password, and start this again'
fi
for database; do restore "$database"; done
# settings and memberships of roles that are there, where they differ
lines_of '^(ALTER ROLE [^;]* SET |GRANT .* TO )' "$data/globals.sql" | { grep -vxFf "$WORK/restore/globals.sql" || true; } |
  { grep -vwFf <(missing_roles "$data/globals.sql" "$WORK/restore/globals.sql") || true; } >>"$WORK/after.sql"
if [[ -s $WORK/after.sql ]]; then
  cat "$WORK/after.sql" >&2
  say 'the data is back. What only the superuser may set differs from the set: run the statements above (psql, as the superuser)'
fi
