#!/bin/sh
# Second step of a drill or a restore, in the image of sops: decrypts the data key of the set.
#
# usage: sh open.sh
# Environment: CLUSTER COMPONENT KIND; SOPS_AGE_KEY_FILE, a file with the age identity (AGE-SECRET-KEY-1…); WORK KEYS
#              [/work, /keys]
# Reads        $WORK/sealed/{manifest.json,key.json}
# Writes       $KEYS/data-key
# Exit code    0 done, 1 failed
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
demand SOPS_AGE_KEY_FILE
[ -r "$SOPS_AGE_KEY_FILE" ] || fail "cannot read $SOPS_AGE_KEY_FILE" 'Put the age identity there; for drills: Secret backup-identity'
[ -f "$WORK/sealed/key.json" ] || fail "there is no $WORK/sealed/key.json" 'Run fetch.sh first'

sops decrypt --input-type json --output-type binary "$WORK/sealed/key.json" >"$KEYS/data-key.new" ||
  fail "cannot decrypt $WORK/sealed/key.json" \
    'The identity is not that of the recipient of then, or the file was changed: look at the lines above'
of="$(sealed "$KEYS/data-key.new" cluster)/$(sealed "$KEYS/data-key.new" component)/$(sealed "$KEYS/data-key.new" kind)"
[ "$of" = "$CLUSTER/$COMPONENT/$KIND" ] ||
  fail "$WORK/sealed/key.json is of $of, not $CLUSTER/$COMPONENT/$KIND" 'Somebody moved sets in the bucket'
mv "$KEYS/data-key.new" "$KEYS/data-key"
# the manifest is no secret and has no signature; what was encrypted with the key has the word
grep -Fqx "  \"set\": \"$(sealed "$KEYS/data-key" set)\"," "$WORK/sealed/manifest.json" ||
  fail "the key is of $(sealed "$KEYS/data-key" set), the manifest of another set" 'Somebody moved sets in the bucket'
say "$(sealed "$KEYS/data-key" set): opened"
