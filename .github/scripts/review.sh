#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: BASE=<revision> review.sh FOLDER

Run after `npm run synth`: writes into FOLDER what the change from where HEAD left BASE to the files as they lie there does to running
clusters: comment.md, index.html (a page) and classes (the names of the classes that have lines, on one line). The comment is added to the
job's summary, and the classes to its outputs.

exit code: 0 written, whatever the change does; 1 not written; 2 wrong use
TEXT
}

case "$#:${1-}" in
  1:--help) usage; exit 0 ;;
  1:?*) ;;
  *) usage >&2; exit 2 ;;
esac
if [ -z "${BASE-}" ]; then usage >&2; exit 2; fi
folder=$1

fail() {
  if [ "${GITHUB_ACTIONS-}" = true ]; then echo "::error::$1"; else echo "error: $1"; fi
  exit 1
}

# 1 says that there are changes
review() {
  local code=0
  node cli/strata.cjs diff --base "$base" --output "$1" || code=$?
  [ "$code" -le 1 ] || fail "the review could not be made (exit code $code)"
}

base=$(git merge-base HEAD "$BASE") || fail "HEAD and $BASE have no commit in common here: check out with fetch-depth: 0"
mkdir -p "$folder"
review markdown >"$folder/comment.md"
review html >"$folder/index.html"
json=$(review json)
# shellcheck disable=SC2016 # JavaScript, whose templates are no variables of a shell
node -e '
  const { clusters } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const found = clusters.flatMap(({ counts }) => Object.keys(counts).filter((name) => name !== "cause" && counts[name] > 0));
  process.stdout.write(`${[...new Set(found)].join(" ")}\n`);
' <<<"$json" >"$folder/classes"

echo "classes=$(cat "$folder/classes")" >>"${GITHUB_OUTPUT:-/dev/stdout}"
cat "$folder/comment.md" >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
