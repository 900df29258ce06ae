#!/usr/bin/env bash
# Puts databases of a logical backup into a live server, each as its owner and in one transaction: it is all there, or nothing changed.
# compare.sh comes after it, when applications have their data already.
#
# usage: restore.sh <database>…
# Environment: libpq's PGHOST, PGUSER, PGPASSWORD …: the role that dumps; PASSWORD_<database> of the role <database>_owner; COMPONENT;
#              OVERWRITE=<COMPONENT> to replace what a database holds; WORK
# Reads        $WORK/data/{facts.json,database-<n>.dump}
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

data=$WORK/data
: "${COMPONENT:?whose data it is}"
[[ $# -gt 0 ]] || fail 'no database is named' 'usage: restore.sh <database>…'

# Schemas that hold what an application owns; schema strata is the server's own.
readonly SCHEMAS="nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'strata')"

# Statements that empty the database: only of what its owner owns.
emptying() {
  sql "$1" <<<"SELECT format('DROP SCHEMA %I CASCADE; CREATE SCHEMA %1\$I;', nspname)
    FROM pg_namespace WHERE $SCHEMAS AND pg_has_role(nspowner, 'USAGE')"
}

restore() {
  local database=$1 password=PASSWORD_$1 file tables others
  [[ -n ${!password:-} ]] || fail "no password for ${database}_owner: \$$password is empty" 'Take it from the Secret of the owner'
  # what follows `owner` is done as the database's owner
  owner() { PGUSER=${database}_owner PGPASSWORD=${!password} "$@"; }
  file=$data/$(owner file_of "$database") || fail "${database}_owner cannot log into $database" 'Look at the lines above'
  [[ -f $file.dump ]] || fail "the set has no database $database" 'See facts.json for what it has'
  tables=$(owner sql "$database" <<<"SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'm', 'S', 'v') AND $SCHEMAS")
  if ((tables > 0)) && [[ ${OVERWRITE:-} != "$COMPONENT" ]]; then
    fail "$database is not empty: $tables tables, views and sequences" "To replace what is there, say OVERWRITE=$COMPONENT"
  fi
  # the schema of the server's own is there, and extensions are the superuser's
  others='^[0-9]+; [0-9]+ [0-9]+ (SCHEMA - strata|ACL - SCHEMA strata|COMMENT - (SCHEMA strata|EXTENSION)) '
  pg_restore --list "$file.dump" | grep -Ev "$others" >"$WORK/list" ||
    fail "the dump of $database cannot be read" 'Use another set (SET=<name>)'
  # the input ends without COMMIT when anything before it fails, and the server forgets all of it
  {
    echo 'BEGIN;'
    owner emptying "$database" &&
      pg_restore --file=- --no-owner --no-tablespaces --exclude-schema=strata --use-list="$WORK/list" "$file.dump" &&
      echo 'COMMIT;'
  } | owner sql "$database" >/dev/null || fail "the restore of $database failed" 'Nothing in it was changed. Look at the lines above'
  say "$database: restored"
}

for database; do restore "$database"; done
