#!/usr/bin/env bash
# In a drill, after decrypt: makes a server in the pod as the live one is made, with its configuration and its prepare.sh, brings all databases
# of the set back into it with restore.sh, and compares. A set without its fresh sentinel fails.
#
# usage: load.sh [check]                 check: a script that is read at the end, and may `fail`
# Environment: COMPONENT; SENTINEL_DATABASE as for dump.sh; MAX_AGE_SECONDS; WORK
# Reads        $WORK/data/{database-<n>.sql.zst,facts.json}, $WORK/fetching; my.cnf of the live server
# Writes       $WORK/result.json; $WORK/scratch
# Exit code    0 all is as it was, else not
# shellcheck source=/dev/null
. "${0%/*}/session.sh"

scratch=$WORK/scratch
: "${MAX_AGE_SECONDS:?most seconds that the sentinel may be old}" "${SENTINEL_DATABASE:?where the sentinel is}"
[[ $MAX_AGE_SECONDS =~ ^[0-9]+$ ]] || fail "MAX_AGE_SECONDS is no number: \"$MAX_AGE_SECONDS\"" 'Say it in seconds'
rm -f "$WORK/result.json"
mkdir -p "$scratch"
find "$scratch" -mindepth 1 -delete
mkdir "$scratch/volume"

# All that is not as on the live server: places; a certificate that the server makes for itself; little memory; nothing survives a crash, and
# need not; no event runs. What decides whether a dump can be loaded is the same.
{
  sed '/^ssl_/d' "${0%/*}/my.cnf"
  cat <<END
datadir = $scratch/volume/data
tmpdir = $scratch/volume/tmp
socket = $scratch/socket
pid-file = $scratch/pid
skip-networking = ON
max-connections = 10
innodb-buffer-pool-size = 128M
innodb-buffer-pool-instances = 1
table-open-cache = 400
performance-schema = OFF
innodb-flush-log-at-trx-commit = 0
sync-binlog = 0
innodb-doublewrite = OFF
event-scheduler = OFF
END
} >"$scratch/my.cnf"

log() {
  tail -n 40 "$scratch/server.log" >&2
  fail "$1" "See its log above; is there room in $WORK?"
}

server=
stop() {
  [[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
}
trap stop EXIT

# names only, since facts.json is read by a server
mapfile -t named < <(awk '{ while (match($0, /"name": "[a-z0-9_]+"/)) { print substr($0, RSTART + 9, RLENGTH - 10); $0 = substr($0, RSTART + RLENGTH) } }' \
  "$WORK/data/facts.json" | sed '/^strata$/d')
MYSQL_PWD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export MYSQL_PWD
for account in root exporter backup "${named[@]}"; do export "PASSWORD_$account=$MYSQL_PWD"; done
bash "${0%/*}/prepare.sh" "$scratch/my.cnf" "$scratch/volume" "$scratch/accounts.sql" "${named[@]}" >"$scratch/server.log" 2>&1 ||
  log 'no data directory can be made'
mysqld --defaults-file="$scratch/my.cnf" --init-file="$scratch/accounts.sql" >"$scratch/server.log" 2>&1 &
server=$!
export MYSQL_SOCKET=$scratch/socket

# Statements of a person, from stdin.
root() {
  export MYSQL_USER=root
  use_server
  sql
}

for ((second = 0; second < 120; second++)); do
  if root <<<'SELECT 1' >/dev/null 2>&1; then break; fi
  kill -0 "$server" 2>/dev/null || log 'the scratch server ended'
  sleep 1
done

# As a person does before each restore.
unlock() {
  root <<<"ALTER USER 'restore'@'%' ACCOUNT UNLOCK" || log 'the scratch server does not answer'
  export MYSQL_USER=restore
  use_server
}
unlock
databases_of_set
# shellcheck disable=SC2154 # set by databases_of_set
# What a person does before a restore into a new server: where it says which statements have to be run first, these are.
until bash "${0%/*}/restore.sh" "${names[@]}"; do
  [[ -s $WORK/first.sql ]] || fail 'the restore failed' "Look at the lines above; is there room in $WORK?"
  root <"$WORK/first.sql" || fail 'the accounts of views cannot be made' 'Look at the lines above'
  unlock
done
export MYSQL_USER=root
use_server

sentinel=$(fact "JSON_UNQUOTE(JSON_EXTRACT(@facts, '\$.sentinel'))")
age=$(sql <<<"SELECT UNIX_TIMESTAMP() - written FROM $(identifier "$SENTINEL_DATABASE").$SENTINELS WHERE id = $(literal "$sentinel")") ||
  fail 'the set has no sentinels' 'It is not what the dump wrote: use another set (SET=<name>), and make a new backup'
[[ -n $age ]] || fail "the sentinel $sentinel is not in the set" 'It is not what the dump wrote: make a new backup'
((age <= MAX_AGE_SECONDS)) || fail "the sentinel is $age s old, more than $MAX_AGE_SECONDS s" 'An old set was restored: look at the last runs of the backup'

# Of the tables that were restored, in one line each: the restore has compared them.
rows=0 tables=0
for name in "${names[@]}"; do
  counts=$(sql <<<"SELECT HEX(table_name) FROM information_schema.tables WHERE BINARY table_schema = BINARY $(literal "$name") AND table_type = 'BASE TABLE'")
  while read -r hex; do
    [[ -n $hex ]] || continue
    count=$(sql <<<"SELECT COUNT(*) FROM $(identifier "$name").$(identifier "$(unhex <<<"$hex")")") || fail "a table of $name cannot be read" 'Look at the lines above'
    rows=$((rows + count)) tables=$((tables + 1))
  done <<<"$counts"
done
detail="${#names[@]} databases, $tables tables, $rows rows: as they were dumped"
if [[ -n ${1:-} ]]; then
  # shellcheck source=/dev/null
  . "${0%/*}/$1"
fi
rto=$(($(date -u +%s) - $(cat "$WORK/fetching")))
# what would have been lost, had the datastore been lost when the drill began
rpo=$((age - rto))
result true "$((rpo > 0 ? rpo : 0))" "$rto" "$detail"
cat "$WORK/result.json"
