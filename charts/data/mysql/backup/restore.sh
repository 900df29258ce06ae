#!/usr/bin/env bash
# Last step of a restore, after decrypt: brings databases of the set back into the live server, each with the account of its own name. An
# application that is connected, or a database that is not empty, is refused.
#
# usage: restore.sh [database…]          none: all of the set, apart from the backup's own
# Environment: as for session.sh, without an account: PASSWORD_<database>, as in MySQL's own pod; or MYSQL_USER and MYSQL_PWD for all of
#              them; COMPONENT; OVERWRITE=<COMPONENT> where what is there may be dropped; WORK
# Reads        $WORK/data/{database-<n>.sql.zst,facts.json}
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

: "${COMPONENT:?whose data it is}"
given=${MYSQL_USER:-}

# account <database>
account() {
  local variable=PASSWORD_$1
  if [[ -z $given ]]; then
    [[ $1 =~ ^[A-Za-z0-9_]+$ && -n ${!variable:-} ]] ||
      fail "there is no password for the account $1" "Set $variable; or restore by hand with MYSQL_USER and MYSQL_PWD"
    export MYSQL_USER=$1 MYSQL_PWD=${!variable}
  fi
  use_server
}

# restore <database> <file> <sum>
restore() {
  local database=$1 file=$WORK/data/$2 others things sum
  account "$database"
  # before anything is dropped
  sum=$(zstd --decompress --stdout --quiet "$file" | digest) || fail "the dump of $database cannot be read" 'Use another set (SET=<name>)'
  [[ $sum == "$3" ]] || fail "the dump of $database is not what was dumped" 'Use another set (SET=<name>)'
  others=$(sql <<<"SELECT COUNT(*) FROM information_schema.processlist WHERE BINARY db = BINARY $(literal "$database") AND id <> CONNECTION_ID()") ||
    fail 'the server does not answer' 'Look at the lines above'
  ((others == 0)) || fail "$others connections use $database" 'Stop the application (scale it to 0) and try again'
  things=$(contents "$database") || fail "cannot read the schema of $database" 'Look at the lines above'
  if [[ -n $things ]]; then
    [[ ${OVERWRITE:-} == "$COMPONENT" ]] ||
      fail "$database is not empty: it has $(wc -l <<<"$things") tables, views, routines or events" "To replace what is there, say OVERWRITE=$COMPONENT"
    # what only the old one has must not stay; grants on a database outlive it
    sql <<<"DROP DATABASE $(identifier "$database")" || fail "$database cannot be dropped" 'Look at the lines above'
  fi
  zstd --decompress --stdout --quiet "$file" | sql --binary-mode >/dev/null ||
    fail "the restore of $database failed, and it is half there" "Look at the lines above, then run it again with OVERWRITE=$COMPONENT"
  sum=$(dump_sql "$database" | digest) || fail "$database cannot be read" 'Look at the lines above'
  [[ $sum == "$3" ]] || fail "$database is not as it was dumped" "Does something write to it? Stop it, and run this again with OVERWRITE=$COMPONENT"
  say "$database: restored, as it was dumped"
}

# facts.json is read by the server: any account may
if [[ -z $given ]]; then
  for variable in "${!PASSWORD_@}"; do account "${variable#PASSWORD_}"; done
else
  use_server
fi
databases_of_set
done=0
# shellcheck disable=SC2154 # set by databases_of_set
for index in "${!names[@]}"; do
  wanted=false
  for name; do if [[ $name == "${names[index]}" ]]; then wanted=true; fi; done
  # strata holds the sentinels of the backup, which the next one writes
  if [[ $wanted == true || ($# -eq 0 && ${names[index]} != strata) ]]; then
    restore "${names[index]}" "${files[index]}" "${sums[index]}"
    done=$((done + 1))
  fi
done
((done > 0 && (done == $# || $# == 0))) || fail "the set does not have all of: $*" "It has: ${names[*]}"
