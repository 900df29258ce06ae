#!/usr/bin/env bash
set -euo pipefail

usage() {
  cat <<'TEXT'
list-clusters.sh

Prints the names of all clusters as a JSON array on one line, and adds it as `names` to the file that $GITHUB_OUTPUT names.
TEXT
}
case "$#:${1-}" in
  0:) ;;
  1:--help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
names=$(printf '%s\n' clusters/*/cluster.yaml | cut -d / -f 2 |
  node -p 'JSON.stringify(require("node:fs").readFileSync(0, "utf8").trim().split("\n"))')
echo "$names"
echo "names=$names" >>"${GITHUB_OUTPUT:-/dev/null}"
