#!/bin/sh
# Waits until a migration is in the database, so that a new version of an application never meets an old schema: Applications of Argo CD
# sync each by itself, and after the first time nothing else holds one back for another. While it waits the old version runs on.
#
# usage: gate.sh <version>
# Server, database and account come in the variables of libpq: PGHOST, PGDATABASE, PGPASSWORD…
set -eu

until found=$(psql -XAtq -v ON_ERROR_STOP=1 -c \
  "SELECT count(*) FROM flyway_schema_history WHERE version = '$1' AND success" 2>&1) && [ "$found" = 1 ]; do
  case $found in
    0) echo "migration $1 of $PGDATABASE has not run yet" ;;
    *) echo "$found" ;;
  esac
  sleep 5
done
