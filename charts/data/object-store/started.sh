#!/bin/sh
# Startup probe of the server, in its image: S3 answers before the disk is known to the rest, and every read would fail.
#
# usage: started.sh <URL of S3> <certificate of its authority>
# Exit code    0 the server can be used
set -eu

wget -q -O - http://127.0.0.1:9333/dir/status | grep -q '"DataNodes":\[{"Url"'
curl --silent --show-error --fail --max-time 3 --cacert "$2" "$1/healthz"
