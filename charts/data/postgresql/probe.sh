#!/usr/bin/env bash
# The liveness probe: fails where the server does not answer. It also has the server read a renewed certificate.
#
# usage: probe.sh     Environment: PGHOST, folder of the socket; AUTHORITY
set -euo pipefail

state=0
pg_isready --quiet || state=$?
# 1: it starts, recovers or stops
((state != 1)) || exit 0
((state == 0)) || {
  echo 'the server does not answer' >&2
  exit 1
}
# a renewed certificate counts from the next reading of the configuration on
certificate=$(stat -Lc %Y "${AUTHORITY%/*}/tls.crt")
PGOPTIONS='-c statement_timeout=5s' psql -XAtq -U postgres \
  -c "SELECT pg_reload_conf() WHERE pg_conf_load_time() < to_timestamp($certificate)" >/dev/null ||
  exit 0 # alive, and too busy for questions
