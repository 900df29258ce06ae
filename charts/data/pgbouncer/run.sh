#!/bin/sh
# Starts PgBouncer and tells it every hour to read its files again: cert-manager renews the certificate in the mounted Secret, and a
# changed password of the role pgbouncer arrives the same way, but PgBouncer reads them only when it starts or is told to.
#
# usage: run.sh <pgbouncer.ini>
set -eu

# a container may begin with 1024 file descriptors, fewer than clients and servers together
# shellcheck disable=SC3045 # busybox has -S and -H, and so has dash
ulimit -S -n "$(ulimit -H -n)"

# $$ is this shell, and after exec PgBouncer: the loop ends with it
while sleep 3600 && kill -HUP $$; do :; done &

exec pgbouncer "$1"
