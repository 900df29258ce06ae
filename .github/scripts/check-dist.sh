#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: check-dist.sh [--pack FILE]

Run after `npm run synth`: compares dist/ as it lies there with the dist/ of HEAD, ignored and untracked files included, and lists
what differs. Neither the working tree nor the index is changed.

Without --pack, a difference is a failure that says what to run. With --pack, dist/ is put into FILE, a tar archive for
commit-dist.sh, and `behind=true` is added to the file that $GITHUB_OUTPUT names.

exit code: 0 dist/ is up to date, or was packed; 1 it is behind; 2 wrong use
TEXT
}

pack=
case "$#:${1-}" in
  0:) ;;
  1:--help) usage; exit 0 ;;
  2:--pack) pack=$2 ;;
  *) usage >&2; exit 2 ;;
esac
case $pack in '' | /*) ;; *) pack=$PWD/$pack ;; esac

cd "$(git rev-parse --show-toplevel)"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What a commit of dist/ would hold is what an index says; a copy of it leaves that of the caller alone. The copy keeps its time:
# Git reads a file that is no older than the index, since it may have changed without a trace (Documentation/technical/racy-git.txt).
cp -p "$(git rev-parse --git-path index)" "$scratch/index"
export GIT_INDEX_FILE=$scratch/index
git add --all --force -- dist
changes=$(git diff --cached --no-renames --name-status HEAD -- dist)

if [ -z "$changes" ]; then
  echo 'dist/ is up to date'
  exit 0
fi

echo "dist/ is behind its sources in $(wc -l <<<"$changes" | tr -d ' ') files:"
# no pipe into head: it would leave before the end of a long list, and pipefail would call that a failure
awk 'NR <= 30 { print "  " $0 } NR == 31 { print "  ..." }' <<<"$changes"
if [ -n "$pack" ]; then
  tar -cf "$pack" dist
  echo 'behind=true' >>"${GITHUB_OUTPUT:-/dev/stdout}"
  exit 0
fi
message='dist/ is behind its sources. Run: npm ci && npm run synth, then commit dist/'
if [ "${GITHUB_ACTIONS-}" = true ]; then echo "::error::$message"; else echo "error: $message"; fi
exit 1
