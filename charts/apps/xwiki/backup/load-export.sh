#!/usr/bin/env bash
# In a drill of XWiki's export, after decrypt, in its image: reads the whole archive and compares it with what was exported. An archive
# without its fresh sentinel fails. No wiki is started: whether its pages can be imported shows the restore (charts/apps/xwiki/runbook.md).
#
# usage: load-export.sh
# Environment: MAX_AGE_SECONDS; WORK [/work]
# Reads        $WORK/data/{wiki.xar,facts.json}, $WORK/fetching
# Writes       $WORK/result.json
# Exit code    0 all is as it was, else not
# shellcheck source=/dev/null
. "${0%/*}/archive.sh"

: "${MAX_AGE_SECONDS:?most seconds that the sentinel may be old}"
# fact <name>
fact() { sed -nE "s/^  \"$1\": \"?([0-9a-f]+)\"?,?\$/\1/p" "$WORK/data/facts.json"; }

rm -f "$WORK/result.json"
read_archive
# shellcheck disable=SC2154 # set by read_archive
[[ $found == "$(fact sentinel)" && $pages == "$(fact pages)" && $files == "$(fact files)" ]] ||
  fail "the archive has $pages pages in $files files and the sentinel $found: not as it was exported" 'Use another set (SET=<name>), and make a new backup'
# shellcheck disable=SC2154 # set by read_archive
age=$(($(date -u +%s) - written))
((age <= MAX_AGE_SECONDS)) || fail "the sentinel is $age s old, more than $MAX_AGE_SECONDS s" 'An old set was restored: look at the last runs of the backup'
rto=$(($(date -u +%s) - $(cat "$WORK/fetching")))
rpo=$((age - rto))
printf '{\n  "ok": true,\n  "rpo_seconds": %s,\n  "rto_seconds": %s,\n  "detail": "%s"\n}\n' \
  "$((rpo > 0 ? rpo : 0))" "$rto" "$pages pages in $files files: as they were exported" >"$WORK/result.json"
cat "$WORK/result.json"
