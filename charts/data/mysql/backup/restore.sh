#!/usr/bin/env bash
# Last step of a restore, after decrypt: brings databases of the set back into a server. Each is loaded beside the live one, under the name
# <database>~new, and compared with what was dumped; only when all of them are as they were dumped do they take the places of the live ones.
# What was there stays, as <database>~<time>, until a person drops it.
#
# usage: restore.sh [database…]          none: all of the set, apart from the backup's own
# Environment: as for session.sh: the account `restore`, locked until somebody unlocks it, and again when this ends, or root; COMPONENT;
#              OVERWRITE=<COMPONENT> where what is there may be replaced; VOLUME_BYTES, size of the server's volume [not known]; WORK
# Reads        $WORK/data/{database-<n>.sql.zst,facts.json}
# Writes       $WORK/first.sql where a person has to run statements first; $WORK/restore
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"
# shellcheck source=/dev/null
. "${0%/*}/copy.sh"
# shellcheck source=/dev/null
. "${0%/*}/events.sh"
# shellcheck source=/dev/null
. "${0%/*}/swap.sh"

: "${COMPONENT:?whose data it is}"
use_server
sql <<<'SELECT 1' >/dev/null ||
  fail "the server does not let $MYSQL_USER in" "Where the account is locked, as root of the server: ALTER USER 'restore'@'%' ACCOUNT UNLOCK;"

# However it ends: says what stays as it is now, and locks the account, which is root's equal.
exchanged=
ended() {
  local status=$?
  [[ $status -eq 0 || -z $exchanged ]] || say "restored before that, and left so:$exchanged"
  [[ $MYSQL_USER != restore ]] || sql <<<"ALTER USER 'restore'@'%' ACCOUNT LOCK" ||
    say "lock the account again, as root: ALTER USER 'restore'@'%' ACCOUNT LOCK;"
}
trap ended EXIT

# shellcheck disable=SC2034 # for swap.sh
again="let the account in again, and run it again with OVERWRITE=$COMPONENT"
aside=$WORK/restore
mkdir -p "$aside"
rm -f "$WORK/first.sql"

databases_of_set

# refuse <index>: what can be seen before anything is done.
# shellcheck disable=SC2154 # set by databases_of_set
refuse() {
  local database=${names[$1]} sum things
  sum=$(unpack "$1" | digest) || fail "the dump of $database cannot be read" 'Use another set (SET=<name>)'
  [[ $sum == "${sums[$1]}" ]] || fail "the dump of $database is not what was dumped" 'Use another set (SET=<name>)'
  unused "$database"
  refuse_foreign_keys "BINARY RIGHT(here, 4) <> '~new' AND ($(of_schema here "$database") OR $(of_schema there "$database"))" \
    'Take each away, ALTER TABLE … DROP FOREIGN KEY …, and make it again after the restore'
  things=$(contents "$database") || fail "cannot read the schema of $database" 'Look at the lines above'
  [[ -z $things || ${OVERWRITE:-} == "$COMPONENT" ]] ||
    fail "$database is not empty: it has $(wc -l <<<"$things") tables, views, routines or events" "To replace what is there, say OVERWRITE=$COMPONENT"
}

# refuse_foreign_keys <SQL of a condition> <remedy>: RENAME takes a key to another database along with the tables, so that it would lead from or to
# an old copy afterwards. The condition is on `here`, the database of the key, and `there`, which it leads to.
refuse_foreign_keys() {
  local keys
  keys=$(sql <<<"SELECT CONCAT('  ', $(quoted here), '.', $(quoted table_name), ' CONSTRAINT ', $(quoted constraint_name), ' REFERENCES ', $(quoted there), '.', $(quoted referenced_table_name))
    FROM (SELECT constraint_schema AS here, unique_constraint_schema AS there, table_name, constraint_name, referenced_table_name
      FROM information_schema.referential_constraints) AS found WHERE BINARY here <> BINARY there AND ($1) ORDER BY 1") ||
    fail 'the server does not tell its foreign keys' 'Look at the lines above'
  [[ -n $keys ]] || return 0
  echo "$keys" >&2
  fail 'foreign keys lead from one database to another' "Nothing live was changed. $2"
}

# Those of copies to a live database that goes too. Where there is no such table yet, the key finds what takes its name.
refuse_keys_of_set() {
  local index here=FALSE there=FALSE
  for index in "${chosen[@]}"; do
    here+=" OR $(of_schema here "${names[index]}~new")"
    there+=" OR $(of_schema there "${names[index]}")"
  done
  refuse_foreign_keys "($here) AND ($there) AND EXISTS (SELECT 1 FROM information_schema.tables WHERE BINARY table_schema = BINARY there)" \
    'They are in the set. Restore one database after the other, each in a run of its own, first those that keys lead to'
}

# unpack <index>: the dump.
# shellcheck disable=SC2154 # set by databases_of_set
unpack() { zstd --decompress --stdout --quiet "$WORK/data/${files[$1]}"; }

# unused <database>: nobody is connected who may use it. A wiki keeps its connections on one database, and uses all of its own over them.
unused() {
  local others
  others=$(sql <<<"SELECT COUNT(*) FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user <> SUBSTRING_INDEX(USER(), '@', 1) AND
    ($(of_schema db "$1") OR user IN (SELECT user FROM mysql.db WHERE $(literal "$1") LIKE db AND user <> 'backup'))") ||
    fail 'the server does not answer' 'Look at the lines above'
  ((others == 0)) || fail "$others connections use $1, or may" 'Stop the application (scale it to 0) and try again'
}

# Tables and binary log grow by the new copies, and nothing shrinks.
room() {
  local index text tables wanted=$((64 * 2 ** 20)) used
  [[ -n ${VOLUME_BYTES:-} ]] || { say 'the size of the volume is not known: is there room for both copies?' && return; }
  for index in "${chosen[@]}"; do
    text=$(unpack "$index" | wc -c)
    tables=$(fact "COALESCE(JSON_EXTRACT(@facts, '\$.databases[$index].bytes'), 0)")
    wanted=$((wanted + text + (tables > text ? tables : text)))
  done
  used=$(sql <<<'SELECT SUM(file_size) + @@innodb_redo_log_capacity FROM information_schema.innodb_tablespaces') ||
    fail 'the server does not say how large its files are' 'Look at the lines above'
  if [[ $(sql <<<'SELECT @@log_bin') == 1 ]]; then
    used=$((used + $(sql <<<'SHOW BINARY LOGS' | awk '{ sum += $2 } END { printf "%.0f", sum }')))
  fi
  # a file system has not all of its volume for files, and what is counted here is not all that grows
  ((used + wanted <= VOLUME_BYTES * 9 / 10)) ||
    fail "there is no room beside the live databases: $((wanted >> 20)) MiB wanted, of $((VOLUME_BYTES >> 20)) MiB are $((used >> 20)) MiB in use, and a tenth stays free" \
      "Drop what earlier restores left: $(copies). Or make the volume larger (runbook, \"Resize the volume\")"
}

copies() {
  list "SELECT schema_name AS item FROM information_schema.schemata WHERE schema_name REGEXP '$COPIES'" || return 1
  # shellcheck disable=SC2016,SC2154 # backticks of SQL; set by list
  if [[ ${#rows[@]} -eq 0 ]]; then echo none; else printf '`%s` ' "${rows[@]}"; fi
}

# load <index>
load() {
  local database=${names[$1]} copy=${names[$1]}~new
  sql <<<"DROP DATABASE IF EXISTS $(identifier "$copy")" || fail "$copy cannot be dropped" 'It is of a restore that failed. Look at the lines above'
  unpack "$1" | beside "$database" "$copy" | load_sql ||
    fail "the dump of $database cannot be loaded" 'Nothing live was changed. Look at the lines above; a restore that is run again drops what is half there'
}

# A view or routine of an account that is not there cannot be used; which rights it has is in no set.
readonly DEFINERS="
  SELECT DISTINCT LEFT(definer, CHAR_LENGTH(definer) - LOCATE('@', REVERSE(definer))) AS name, SUBSTRING_INDEX(definer, '@', -1) AS host, place FROM (
    SELECT definer, table_schema AS place FROM information_schema.views
    UNION SELECT definer, routine_schema FROM information_schema.routines
    UNION SELECT definer, trigger_schema FROM information_schema.triggers
  ) AS things"

# lend <GRANT|REVOKE> <TO|FROM> <database>: those whose rights its views run with may read the copy, as long as it is compared.
lend() {
  local copy statements
  copy=$(identifier "$3~new")
  # in a grant an underscore stands for any character
  statements=$(sql --raw <<<"SELECT CONCAT('$1 SELECT, EXECUTE, SHOW VIEW ON ', $(literal "${copy//_/\\_}"), '.* $2 ', QUOTE(name), '@', QUOTE(host), ';')
    FROM ($DEFINERS) AS d WHERE $(of_schema place "$3~new") AND EXISTS (SELECT 1 FROM mysql.user WHERE BINARY user = BINARY name AND host = d.host)") || return 1
  sql <<<"$statements"
}

# strangers <database>: statements that make the accounts which are not there.
strangers() {
  sql --raw <<<"SELECT CONCAT('CREATE USER ', QUOTE(name), '@', QUOTE(host), ' ACCOUNT LOCK; GRANT ALL PRIVILEGES ON ', $(literal "$(identifier "${1//_/\\_}")"), '.* TO ',
    QUOTE(name), '@', QUOTE(host), ';') FROM ($DEFINERS) AS d
    WHERE $(of_schema place "$1~new") AND NOT EXISTS (SELECT 1 FROM mysql.user WHERE BINARY user = BINARY name AND host = d.host)"
}

# compare <index>: the copy with the dump.
compare() {
  local database=${names[$1]} wanted found
  lend GRANT TO "$database" || fail "the views of $database cannot be read" 'Nothing live was changed. Look at the lines above'
  wanted=$(unpack "$1" | beside "$database" - | digest)
  found=$(dump_sql "$database~new" | beside "$database~new" - | digest) ||
    fail "$database~new cannot be read" 'Nothing live was changed. Look at the lines above'
  [[ $found == "$wanted" ]] ||
    fail "$database~new is not as it was dumped" 'Nothing live was changed. Is the server of the same release? Use another set (SET=<name>)'
}

chosen=()
for index in "${!names[@]}"; do
  wanted=false
  for name; do if [[ $name == "${names[index]}" ]]; then wanted=true; fi; done
  # strata holds the sentinels of the backup, which the next one writes
  if [[ $wanted == true || ($# -eq 0 && ${names[index]} != strata) ]]; then chosen+=("$index"); fi
done
[[ ${#chosen[@]} -gt 0 && (${#chosen[@]} -eq $# || $# -eq 0) ]] || fail "the set does not have all of: $*" "It has: ${names[*]}"
# shellcheck disable=SC2034 # for swap.sh
stamp=$(date -u +%Y%m%dT%H%M%SZ)
refuse_unfinished
for index in "${chosen[@]}"; do refuse "$index"; done
room
for index in "${chosen[@]}"; do load "$index"; done
for index in "${chosen[@]}"; do strangers "${names[index]}" >>"$WORK/first.sql"; done
if [[ -s $WORK/first.sql ]]; then
  cat "$WORK/first.sql" >&2
  fail 'accounts that views or routines belong to are not there' 'Nothing live was changed. Run the statements above as root, or give the accounts fewer rights; then let the restore in, and run it again'
fi
for index in "${chosen[@]}"; do compare "$index"; done
refuse_keys_of_set
for index in "${chosen[@]}"; do ready "$index"; done
for index in "${chosen[@]}"; do unused "${names[index]}"; done
for index in "${chosen[@]}"; do
  swap "$index"
  exchanged+=" ${names[index]}"
done
