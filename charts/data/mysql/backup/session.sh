#!/usr/bin/env bash
# What the steps of MySQL share; they read it from beside themselves. For bash, in the image of MySQL.
#
# Environment: WORK [/work]; and how to reach the server, one of
#   MYSQL_HOST MYSQL_PORT [3306] CA    over TLS; CA is the certificate of the authority that signed the server's
#   MYSQL_SOCKET                       a unix socket
# with MYSQL_USER and MYSQL_PWD
set -euo pipefail
umask 077
# awk and sort go by bytes
export LC_ALL=C

step=${0##*/}
step=${step%.sh}
WORK=${WORK:-/work}

say() { echo "$step: $*" >&2; }

# Says where, what and the remedy, and ends the step.
fail() {
  say "$1. $2"
  exit 1
}

# Sets $connect, the options of mysql and mysqldump. No option file is read: what is not said here is the program's default.
use_server() {
  connect=(--no-defaults --user="${MYSQL_USER:?the account}" --default-character-set=utf8mb4 --max-allowed-packet=1G)
  if [[ -n ${MYSQL_SOCKET:-} ]]; then
    # an account that has to use TLS has to use it here too
    connect+=(--protocol=socket --socket="$MYSQL_SOCKET" --ssl-mode=REQUIRED)
  else
    connect+=(--protocol=tcp --host="${MYSQL_HOST:?the host of the server}" --port="${MYSQL_PORT:-3306}")
    connect+=(--ssl-mode=VERIFY_IDENTITY --ssl-ca="${CA:?the certificate of the authority}")
  fi
}

# sql [mysql's arguments…]: statements from stdin; values of a row are separated by tabs, with line breaks and tabs in them escaped.
# shellcheck disable=SC2120 # most have none
sql() { mysql "${connect[@]}" --connect-timeout=15 --batch --skip-column-names "$@"; }

# A literal of any text, whatever characters it has.
literal() { printf "CONVERT(X'%s' USING utf8mb4)" "$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')"; }

# An identifier in backticks.
# shellcheck disable=SC2016 # backticks of SQL
identifier() { printf '`%s`' "${1//\`/\`\`}"; }

# dump_sql <database> [mysqldump's arguments…]: the database as SQL, in one state of it, the same text for the same content.
dump_sql() {
  local database=$1
  shift
  mysqldump "${connect[@]}" --single-transaction --quick --routines --triggers --events --order-by-primary \
    --skip-dump-date --no-tablespaces --set-gtid-purged=OFF "$@" --databases "$database"
}

# load_sql [mysql's arguments…]: a dump from stdin. Comments in routines are a part of them, and the program leaves them out by itself.
load_sql() { sql --binary-mode --comments "$@" >/dev/null; }

# body: a dump from stdin without its head, which tells the server and the position in the binary log.
body() {
  local line
  while IFS= read -r line && [[ $line != '-- Current Database: '* ]]; do :; done
  printf '%s\n' "$line"
  cat
}

# digest: the sum of the body of a dump from stdin. Fails where the dump has no end. The file LONGEST gets the bytes of the longest line: no
# statement is longer. No line is held in memory.
digest() {
  body | {
    # some releases of fold end at a byte that is no ASCII
    tee /dev/fd/4 | tr '\200-\377' '?' | fold -b -w 65536 | awk '
      { part += length; last = $0 }
      length == 65536 { next }
      { if (part > most) most = part; part = 0 }
      END {
        print most >(ENVIRON["LONGEST"] ? ENVIRON["LONGEST"] : "/dev/null")
        if (last != "-- Dump completed") { print "the dump has no end" >"/dev/stderr"; exit 1 }
      }'
  } 4>&1 | sha256sum | cut -d ' ' -f 1
}

# The table that sentinels are in; the database is that of the backup's own account, or the application's.
readonly SENTINELS=strata_backup_sentinel

# What is in a database apart from our sentinels, sorted: kind and name.
contents() {
  local schema
  schema=$(literal "$1")
  sql <<SQL
SELECT kind, HEX(name) FROM (
  SELECT table_type AS kind, table_name AS name, table_schema AS place FROM information_schema.tables
  UNION ALL SELECT routine_type, routine_name, routine_schema FROM information_schema.routines
  UNION ALL SELECT 'TRIGGER', trigger_name, trigger_schema FROM information_schema.triggers
  UNION ALL SELECT 'EVENT', event_name, event_schema FROM information_schema.events
) AS things WHERE BINARY place = BINARY $schema AND BINARY name <> '$SENTINELS' ORDER BY 1, 2;
SQL
}

# fact <SQL of a value>: of facts.json, which the statement knows as @facts.
fact() {
  local hex
  hex=$(od -An -v -tx1 "$WORK/data/facts.json" | tr -d ' \n')
  sql <<<"SET @facts = CAST(CONVERT(X'$hex' USING utf8mb4) AS JSON); SELECT $1;" || fail "$WORK/data/facts.json cannot be read" 'Make a new backup'
}

# databases_of_set: sets $files, $names and $sums, those of facts.json.
# shellcheck disable=SC2034 # for the steps
databases_of_set() {
  local count index
  files=() names=() sums=()
  count=$(fact "JSON_LENGTH(@facts, '\$.databases')")
  [[ $count =~ ^[1-9][0-9]*$ ]] || fail "$WORK/data/facts.json names no database" 'Make a new backup'
  for ((index = 0; index < count; index++)); do
    files+=("$(fact "JSON_UNQUOTE(JSON_EXTRACT(@facts, '\$.databases[$index].file'))")")
    sums+=("$(fact "JSON_UNQUOTE(JSON_EXTRACT(@facts, '\$.databases[$index].sha256'))")")
    # in hexadecimal through the shell: a name may hold any character
    names+=("$(fact "HEX(JSON_UNQUOTE(JSON_EXTRACT(@facts, '\$.databases[$index].name')))" | unhex)")
  done
}

# Text from hexadecimal digits.
unhex() {
  local digits
  read -r digits
  # shellcheck disable=SC2001,SC2059 # the format is the text
  printf "$(sed 's/../\\x&/g' <<<"$digits")"
}

# Copies that a restore has made beside a database; no name in the settings has a ~. Nothing here is backed up.
# shellcheck disable=SC2034 # for the steps
readonly COPIES='^.+~(new|[0-9]{8}T[0-9]{6}Z)$'

# result <true|false> <rpo> <rto> <detail>: what report.sh reads. The detail has no quotes, backslashes or line breaks.
result() {
  printf '{\n  "ok": %s,\n  "rpo_seconds": %s,\n  "rto_seconds": %s,\n  "detail": "%s"\n}\n' "$1" "$2" "$3" "${4//[\"\\$'\n']/ }" \
    >"$WORK/result.json"
}
