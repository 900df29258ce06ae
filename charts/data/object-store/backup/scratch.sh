#!/bin/sh
# In a drill, beside load.sh, in the image of the store: an empty store of the same program, which listens in the pod only.
#
# usage: scratch.sh
# Environment: PORT; WORK [/work]
# Writes       $WORK/scratch; $WORK/scratch.key, the secret of its only account, drill
set -eu
umask 077

folder=${WORK:-/work}/scratch
rm -rf "$folder"
mkdir -p "$folder"
# where weed looks first
cd "$folder"
printf '[leveldb2]\nenabled = true\ndir = "%s/filer"\n' "$folder" >filer.toml
printf '[master.volume_growth]\ncopy_1 = 1\n' >master.toml
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
cat >identities.json <<END
{ "identities": [{ "name": "drill", "credentials": [{ "accessKey": "drill", "secretKey": "$key" }], "actions": ["Admin"] }] }
END
printf '%s' "$key" >"$folder.key"
exec weed -logtostderr server -dir="$folder" -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false \
  -master.port=$((PORT + 1000)) -master.electionTimeout=1s -master.volumeSizeLimitMB=1024 -volume.port=$((PORT + 100)) -volume.max=1000 \
  -filer -filer.port=$((PORT + 200)) -s3 -s3.port="$PORT" -s3.config=identities.json -s3.iam=false -s3.port.iceberg=0 -s3.port.lance=0
