#!/bin/sh
# Last step of a drill, in the image of rclone: says and pushes what the drill found. It succeeds only where the result says so.
#
# usage: sh report.sh
# Environment: CLUSTER COMPONENT KIND; PUSHGATEWAY; WORK [/work]
# Reads        $WORK/result.json, of lines `"ok": true|false,` `"rpo_seconds": <n>,` `"rto_seconds": <n>,` `"detail": "…"`; $WORK/fetching
# Exit code    0 the drill succeeded, 1 it did not
# shellcheck source=/dev/null
. "${0%/*}/common.sh"

identify
result=$WORK/result.json
[ -f "$result" ] || fail "there is no $result" 'The step before this one did not come to an end'
cat "$result" >&2
grep -qx '  "ok": true,' "$result" || fail 'the drill failed' 'See "detail" above, and the log of the step before'
# seconds <name>
seconds() {
  number "$(sed -nE "s/^  \"$1\": (.*),\$/\1/p" "$result")" || fail "$result has no $1" 'See the log of the step before'
}
rpo=$(seconds rpo_seconds)
rto=$(seconds rto_seconds)
push drill strata_backup_drill_last_success_timestamp_seconds "$(now)" \
  strata_backup_drill_duration_seconds "$(($(now) - $(cat "$WORK/fetching")))" \
  strata_backup_drill_rpo_seconds "$rpo" strata_backup_drill_rto_seconds "$rto"
