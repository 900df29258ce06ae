#!/usr/bin/env bash
# In a drill, after decrypt: restores all databases of the set into a scratch server in the pod, and compares each with what was dumped. A
# set without its fresh sentinel fails.
#
# usage: load.sh [check]                 check: a script that is read at the end, and may `fail`
# Environment: COMPONENT; SENTINEL_DATABASE as for dump.sh; MAX_AGE_SECONDS; WORK
# Reads        $WORK/data/{database-<n>.sql.zst,facts.json}, $WORK/fetching
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
mkdir "$scratch/tmp"

# What a drill needs: nothing survives a crash, and need not. Small buffers; names of tables and text as on the live server.
settings=(--no-defaults --datadir="$scratch/data" --tmpdir="$scratch/tmp" --secure-file-priv=NULL --skip-log-bin
  --character-set-server=utf8mb4 --collation-server=utf8mb4_bin --innodb-buffer-pool-size=128M --innodb-redo-log-capacity=256M
  --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=OFF --performance-schema=OFF --max-connections=10 --max-allowed-packet=1G
  --event-scheduler=OFF --table-open-cache=400)

log() {
  tail -n 40 "$scratch/server.log" >&2
  fail "$1" "See its log above; is there room in $WORK?"
}

server=
stop() {
  [[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
}
trap stop EXIT

mysqld "${settings[@]}" --initialize-insecure >"$scratch/server.log" 2>&1 || log 'no data directory can be made'
mysqld "${settings[@]}" --skip-networking --mysqlx=OFF --socket="$scratch/socket" --pid-file="$scratch/pid" >"$scratch/server.log" 2>&1 &
server=$!
export MYSQL_USER=root MYSQL_PWD='' MYSQL_SOCKET=$scratch/socket
use_server
for ((second = 0; second < 120; second++)); do
  if sql <<<'SELECT 1' >/dev/null 2>&1; then break; fi
  kill -0 "$server" 2>/dev/null || log 'the scratch server ended'
  sleep 1
done
sql <<<'SELECT 1' >/dev/null || log 'the scratch server does not answer'

# A view or routine of an account that is not there cannot be read.
definers() {
  sql --raw <<<"
    SELECT DISTINCT CONCAT('CREATE USER IF NOT EXISTS ', account, ' ACCOUNT LOCK; GRANT ALL ON *.* TO ', account, ';') FROM (
      SELECT CONCAT(QUOTE(LEFT(definer, CHAR_LENGTH(definer) - LOCATE('@', REVERSE(definer)))), '@', QUOTE(SUBSTRING_INDEX(definer, '@', -1))) AS account
      FROM (
        SELECT definer, table_schema AS place FROM information_schema.views
        UNION SELECT definer, routine_schema FROM information_schema.routines
        UNION SELECT definer, trigger_schema FROM information_schema.triggers
        UNION SELECT definer, event_schema FROM information_schema.events
      ) AS things WHERE place NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
    ) AS accounts"
}

databases_of_set
# shellcheck disable=SC2154 # set by databases_of_set
for index in "${!files[@]}"; do
  zstd --decompress --stdout --quiet "$WORK/data/${files[index]}" | sql --binary-mode >/dev/null ||
    fail "the restore of ${names[index]} failed" "Look at the lines above; is there room in $WORK?"
  # its space is the next one's
  rm -f "$WORK/data/${files[index]}"
done
accounts=$(definers) || fail 'the accounts of views cannot be read' 'Look at the lines above'
sql <<<"$accounts" || fail 'the accounts of views cannot be created' 'Look at the lines above'

for index in "${!names[@]}"; do
  sum=$(dump_sql "${names[index]}" | digest) || fail "${names[index]} cannot be read" 'Look at the lines above'
  # shellcheck disable=SC2154 # set by databases_of_set
  [[ $sum == "${sums[index]}" ]] ||
    fail "${names[index]} is not as it was dumped: $sum, not ${sums[index]}" 'Is the image of the same release as the server? Make a new backup'
done

sentinel=$(fact "JSON_UNQUOTE(JSON_EXTRACT(@facts, '\$.sentinel'))")
age=$(sql <<<"SELECT UNIX_TIMESTAMP() - written FROM $(identifier "$SENTINEL_DATABASE").$SENTINELS WHERE id = $(literal "$sentinel")") ||
  fail 'the set has no sentinels' 'It is not what the dump wrote: use another set (SET=<name>), and make a new backup'
[[ -n $age ]] || fail "the sentinel $sentinel is not in the set" 'It is not what the dump wrote: make a new backup'
((age <= MAX_AGE_SECONDS)) || fail "the sentinel is $age s old, more than $MAX_AGE_SECONDS s" 'An old set was restored: look at the last runs of the backup'

# Of the tables that were restored, in one line each: the sum above says that no row is missing.
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
