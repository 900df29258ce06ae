#!/bin/sh
# Beside the server, in its image: makes buckets be as the settings say, again and again. New ones are made, versioning, quota and life-cycle are
# set; one that is over its quota becomes read-only; what is expired is deleted. No bucket is ever deleted. At the end of each round it
# writes an object, which counts in the metrics of the server: whoever watches that sees whether all of this works.
#
# usage: settle.sh <buckets> <folder> <ready>
# Environment: S3, https://host:port; CA, certificate of its authority; SECRET, of the account settle
# Reads        <buckets>, lines `<bucket> <enabled|suspended> <quota in MiB>`; <folder>/<bucket>.xml, its life-cycle
# Writes       <ready>, when the first round was good; <ready>.alive, whenever one begins
set -eu

buckets=$1 folder=$2 ready=$3
# Seconds between two rounds, in each of which quotas are looked at. One of so many, every six hours, does all of it.
ROUND=300
WHOLE=72
MASTER=127.0.0.1:9333
S3_GRPC=127.0.0.1:18333

answer=$(mktemp)

say() { echo "settle: $*" >&2; }

# Commands of `weed shell` on stdin. It ends with 0 whatever they say.
weed_shell() {
  timeout 360 weed -logtostderr shell -master="$MASTER" >"$answer" 2>"$answer.log" || {
    say "weed shell failed: $(tail -n 1 "$answer.log")"
    return 1
  }
  if grep -E '^error' "$answer" >&2; then return 1; fi
}

# request <path> <file>: puts it, as the account settle.
request() {
  printf 'user = "settle:%s"\n' "$SECRET" |
    curl --config - --silent --show-error --fail --max-time 30 --cacert "$CA" --aws-sigv4 aws:amz:us-east-1:s3 \
      --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --upload-file "$2" "$S3$1" || {
    say "cannot put $1"
    return 1
  }
}

# Names of the buckets that are there, one a line. To make one that is there would take its attributes away.
existing() {
  echo s3.bucket.list | weed_shell || return 1
  sed -nE 's/^ +([a-z0-9.-]+)\t.*/\1/p' "$answer"
}

versioning_of() {
  echo "s3.bucket.versioning -name $1" | weed_shell || return 1
  sed -nE 's/^Versioning: //p' "$answer" | tr 'EUS' 'eus'
}

# settle <bucket> <versioning> <quota>
settle() {
  if ! grep -Fqx "$1" "$answer.there"; then
    echo "s3.bucket.create -name $1" | weed_shell || return 1
    say "$1: made"
  fi
  now=$(versioning_of "$1") || return 1
  case $now-$2 in
    enabled-suspended) echo "s3.bucket.versioning -name $1 -suspend" | weed_shell || return 1 ;;
    *-suspended | enabled-enabled) ;;
    *) echo "s3.bucket.versioning -name $1 -enable" | weed_shell || return 1 ;;
  esac
  if [ "$3" -gt 0 ]; then
    echo "s3.bucket.quota -name=$1 -op=set -sizeMB=$3" | weed_shell || return 1
  elif echo "s3.bucket.quota -name=$1 -op=get" | weed_shell && ! grep -q ': 0MiB' "$answer"; then
    echo "s3.bucket.quota -name=$1 -op=remove" | weed_shell || return 1
  fi
  request "/$1?lifecycle=" "$folder/$1.xml"
}

enforce() {
  echo 's3.bucket.quota.enforce -apply' | weed_shell || return 1
  grep 'changing bucket' "$answer" >&2 || true
}

expire() {
  echo "s3.lifecycle.run-shard -shards 0-15 -s3 $S3_GRPC -events 0 -runtime 240s" | weed_shell || return 1
  grep -q 'complete' "$answer" || {
    say "the look for what is expired did not end: $(tail -n 1 "$answer")"
    return 1
  }
}

# settle_all: every bucket, and what is expired.
settle_all() {
  existing >"$answer.there" || return 1
  while read -r bucket versioning quota; do
    settle "$bucket" "$versioning" "$quota" || return 1
  done <"$buckets"
  expire
}

round() {
  if [ $((count % WHOLE)) -eq 0 ]; then settle_all || return 1; fi
  enforce || return 1
  date -u +%Y-%m-%dT%H:%M:%SZ >"$answer.now"
  request /strata-state/settled "$answer.now"
}

# it is the first process of the container, which signals do not end by themselves
trap 'exit 0' TERM INT
count=0
while :; do
  touch "$ready.alive"
  if round; then
    [ "$count" -gt 0 ] || say 'all buckets are as the settings say'
    touch "$ready"
    count=$((count + 1))
    pause=$ROUND
  else
    pause=10
  fi
  sleep "$pause" &
  wait $!
done
