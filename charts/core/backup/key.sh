#!/bin/sh
# Second step of a backup, in the image of sops: makes a data key for this set only, and encrypts it, with the sums of the clear files, to
# the recipient. Whoever can write to the bucket but has no identity can neither read a set nor swap a file of it for another.
#
# usage: sh key.sh
# Environment: CLUSTER COMPONENT KIND; RECIPIENT, the age recipient (age1…); WORK KEYS [/work, /keys]
# Reads        $WORK/data/<file>, $WORK/started (seconds since 1970; now where there is none)
# Writes       $KEYS/data-key (clear), $WORK/key.json (encrypted)
# Exit code    0 done, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
demand RECIPIENT
matches "$RECIPIENT" 'age1[0-9a-z]+' || fail "RECIPIENT is no age recipient: \"$RECIPIENT\"" 'Take the public key of age-keygen, age1…'
[ -f "$WORK/data/facts.json" ] || fail "there is no $WORK/data/facts.json" 'The dump before this step has not done its work'
odd=$(find "$WORK/data" -mindepth 1 ! -type f) || fail "cannot read $WORK/data" 'Look at the lines above'
[ -z "$odd" ] || fail "$odd is no file" 'A set is plain files, without folders'

if [ -f "$WORK/started" ]; then started=$(cat "$WORK/started"); else started=$(now); fi
number "$started" >/dev/null || fail "$WORK/started holds no seconds: \"$started\"" 'It is written by the dump: date +%s'

random=$(head -c 32 /dev/urandom | base64 | tr -d '=\n' | tr '+/' '-_')
matches "$random" '[A-Za-z0-9_-]{43}' || fail 'no 256 random bits were to be had' 'Is there a /dev/urandom?'
suffix=$(head -c 3 /dev/urandom | od -An -tx1 | tr -d ' \n')

{
  echo 'strata-set 1'
  echo "cluster $CLUSTER"
  echo "component $COMPONENT"
  echo "kind $KIND"
  echo "set $(date -u -d "@$started" +%Y%m%dT%H%M%SZ)-$suffix"
  echo "started $started"
  echo "key $random"
} >"$KEYS/data-key.new"
for file in "$WORK"/data/*; do
  name=${file##*/}
  matches "$name" "$FILE_PATTERN" ||
    fail "\"$name\" is no name for a file of a set" "Names match $FILE_PATTERN: what is private goes into facts.json"
  echo "file $(sha256_of "$file") $(bytes_of "$file") $name" >>"$KEYS/data-key.new"
done

sops encrypt --age "$RECIPIENT" --input-type binary --output-type json "$KEYS/data-key.new" >"$WORK/key.json.new" ||
  fail "sops cannot encrypt to $RECIPIENT" 'Look at the lines above'
[ -s "$WORK/key.json.new" ] || fail 'sops wrote nothing' 'Look at the lines above'
mv "$WORK/key.json.new" "$WORK/key.json"
mv "$KEYS/data-key.new" "$KEYS/data-key"
say "$(sealed "$KEYS/data-key" set): $(sealed_files "$KEYS/data-key" | wc -l | tr -d ' ') files"
