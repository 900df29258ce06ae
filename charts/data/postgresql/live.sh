#!/usr/bin/env bash
# The liveness probe: fails where the server does not answer, or is not what the settings want: then start.sh has to put it right.
# A primary that the settings no longer name ends like this, by itself, as soon as its node learns of it.
#
# usage: live.sh     environment: see replication.sh
set -euo pipefail
# shellcheck source=charts/data/postgresql/replication.sh
source "${BASH_SOURCE[0]%/*}/replication.sh"

# still copying, which takes as long as it takes
[[ ! -e $STARTING ]] || exit 0

state=0
pg_isready --quiet || state=$?
# 1: it starts, recovers or stops
((state != 1)) || exit 0
((state == 0)) || fail 'the server does not answer'

# A renewed certificate counts from the next reading of the configuration on.
certificate=$(stat -Lc %Y "${AUTHORITY%/*}/tls.crt")
answer=$(PGOPTIONS='-c statement_timeout=5s' psql -XAtq -U postgres -c "
  SELECT pg_is_in_recovery(), EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'),
    (SELECT pg_reload_conf() WHERE pg_conf_load_time() < to_timestamp($certificate))") ||
  exit 0 # alive, and too busy for questions
IFS='|' read -r recovering streaming _ <<<"$answer"

primary=$(recorded_primary)
# whether it is promoted is for people to say, see promote.sh
[[ $primary != "$POD" ]] || exit 0
[[ $recovering == t ]] || fail "$primary is the primary now: restarting as a standby"
[[ $(<"$FOLLOW") == *"host=$primary."* ]] || fail "$primary is the primary now: restarting to follow it"
if [[ $streaming != t ]]; then
  judge "$primary"
  case $VERDICT in
    lags | diverged | foreign) fail "$REASON: restarting to be built anew" ;;
  esac
fi
