#!/bin/sh
# Second step of a drill or a restore, in the image of sops: decrypts the data key of the set, and those of a stream (write-ahead log).
#
# usage: sh open.sh
# Environment: CLUSTER COMPONENT KIND; SOPS_AGE_KEY_FILE, a file with the age identity (AGE-SECRET-KEY-1…); STREAM as for fetch.sh;
#              WORK KEYS [/work, /keys]
# Reads        $WORK/sealed/key.json, $WORK/sealed/$STREAM/<key id>/key.json
# Writes       $KEYS/data-key, $KEYS/stream/<key id>
# Exit code    0 done, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
demand SOPS_AGE_KEY_FILE
[ -r "$SOPS_AGE_KEY_FILE" ] || fail "cannot read $SOPS_AGE_KEY_FILE" 'Put the age identity there; for drills: Secret backup-identity'
[ -f "$WORK/sealed/key.json" ] || fail "there is no $WORK/sealed/key.json" 'Run fetch.sh first'

# open <key.json> <clear file> <kind>: it must say that it is of this component.
open() {
  sops decrypt --input-type json --output-type binary "$1" >"$2.new" ||
    fail "cannot decrypt $1" 'The identity is not that of the recipient of then, or the file was changed: look at the lines above'
  of="$(sealed "$2.new" cluster)/$(sealed "$2.new" component)/$(sealed "$2.new" kind)"
  [ "$of" = "$CLUSTER/$COMPONENT/$3" ] || fail "$1 is of $of, not $CLUSTER/$COMPONENT/$3" 'Somebody moved sets in the bucket'
  mv "$2.new" "$2"
}

open "$WORK/sealed/key.json" "$KEYS/data-key" "$KIND"
# the manifest is no secret and has no signature; what was encrypted with the key has the word
grep -Fqx "  \"set\": \"$(sealed "$KEYS/data-key" set)\"," "$WORK/sealed/manifest.json" ||
  fail "the key is of $(sealed "$KEYS/data-key" set), the manifest of another set" 'Somebody moved sets in the bucket'

count=0
if [ -n "${STREAM:-}" ]; then
  mkdir -p "$KEYS/stream"
  for file in "$WORK/sealed/$STREAM"/*/key.json; do
    [ -f "$file" ] || continue
    id=${file%/key.json}
    open "$file" "$KEYS/stream/${id##*/}" "$STREAM"
    count=$((count + 1))
  done
fi
say "$(sealed "$KEYS/data-key" set): opened, and $count keys of a stream"
