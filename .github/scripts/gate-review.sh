#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: CLASSES='<class> …' APPROVED=true|false gate-review.sh

Fails a pull request whose review says that something will fail (class `fails`), or that data is at risk (class `data`) while nobody has
given it the label that approves that, which is what APPROVED says.

exit code: 0 it may be merged; 1 it may not; 2 wrong use
TEXT
}

case "$#:${1-}" in
  0:) ;;
  1:--help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
if [ -z "${CLASSES+set}" ]; then usage >&2; exit 2; fi
case ${APPROVED-} in true | false) ;; *) usage >&2; exit 2 ;; esac

say() {
  if [ "${GITHUB_ACTIONS-}" = true ]; then echo "::error::$1"; else echo "error: $1"; fi
}

code=0
case " $CLASSES " in
  *' fails '*) say 'this change will fail on a running cluster: see "Will fail" in the review'; code=1 ;;
esac
case " $CLASSES :$APPROVED" in
  *' data '*:false) say 'this change puts data at risk: read "Data at risk" in the review, then give it the label data-risk-approved'; code=1 ;;
esac
if [ "$code" = 0 ]; then echo 'nothing in the review stands against a merge'; fi
exit "$code"
