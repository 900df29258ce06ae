#!/bin/sh
# What the steps of Redis share; they read it from beside themselves. For busybox sh, in the image of the server.
#
# Environment: ENGINE, valkey or redis: what the programs are called; WORK [/work]; and for the live server
#   REDIS_HOST REDIS_PORT [6379] CA    over TLS; CA is the certificate of the authority that signed the server's
#   REDIS_USER, and its password in VALKEYCLI_AUTH or REDISCLI_AUTH
set -eu
umask 077

step=${0##*/}
step=${step%.sh}
WORK=${WORK:-/work}
# The backup's own key: the sentinel, and the second in which it was written.
# shellcheck disable=SC2034 # for the steps
SENTINEL_KEY=strata:sentinel

say() { echo "$step: $*" >&2; }

# Says where, what and the remedy, and ends the step.
fail() {
  say "$1. $2"
  exit 1
}

: "${ENGINE:?valkey or redis}"

# live <command…>: on the live server. -e: an answer that is an error is a failure.
live() {
  "$ENGINE-cli" -e --no-auth-warning --tls --cacert "${CA:?the certificate of the authority}" \
    -h "${REDIS_HOST:?the host of the server}" -p "${REDIS_PORT:-6379}" --user "${REDIS_USER:?the account}" "$@"
}

# A line of facts.json: fact <name>.
fact() { sed -nE "s/^  \"$1\": \"?([0-9a-f]+)\"?,?\$/\\1/p" "$WORK/data/facts.json"; }

# --- a server of the step's own, which holds the set ----------------------------------------------------------------------------------

scratch=$WORK/scratch
server=

stop() { [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true; }

own() { "$ENGINE-cli" -e -s "$scratch/socket" "$@"; }

# Loads $WORK/data/dump.rdb. As a replica of nobody: a primary leaves out what has expired since, and nothing could be counted.
open_set() {
  rm -rf "$scratch"
  mkdir -p "$scratch"
  mv "$WORK/data/dump.rdb" "$scratch/dump.rdb" || fail 'the set has no dump.rdb' 'Use another set (SET=<name>)'
  trap stop EXIT
  "$ENGINE-server" --port 0 --unixsocket "$scratch/socket" --dir "$scratch" --dbfilename dump.rdb --save '' --appendonly no \
    --replicaof 127.0.0.1 1 \
    --aof-use-rdb-preamble no --appenddirname commands >"$scratch/server.log" 2>&1 &
  server=$!
  tries=0
  until own ping >/dev/null 2>&1; do
    if ! kill -0 "$server" 2>/dev/null || [ "$tries" -ge 3600 ]; then
      tail -n 20 "$scratch/server.log" >&2
      fail 'the set cannot be loaded' 'Look at the lines above: is it damaged, or of a newer release than the image?'
    fi
    tries=$((tries + 1))
    sleep 1
  done
}

# keys and expires of the scratch server: a line `<keys> <expires>`.
counts() { own info keyspace | tr -d '\r' | sed -nE 's/^db0:keys=([0-9]+),expires=([0-9]+).*/\1 \2/p'; }
