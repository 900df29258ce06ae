#!/usr/bin/env bash
set -euo pipefail

# the checksum database of Go modules answers for what a version holds
readonly ACTIONLINT=github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

usage() {
  cat <<'TEXT'
usage: lint-workflows.sh

Checks .github/workflows with actionlint, built from its Go module, and every tracked shell script with shellcheck. Needs go and
shellcheck, which GitHub's Ubuntu runners have.
TEXT
}

case "$#:${1-}" in
  0:) ;;
  1:--help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for tool in go shellcheck; do
  command -v "$tool" >/dev/null || { echo "error: $tool is missing: install it" >&2; exit 1; }
done

git ls-files -z --cached --others --exclude-standard -- '*.sh' .ci | xargs -0 shellcheck
# actionlint hands each `run:` to shellcheck
go run "$ACTIONLINT"
echo 'workflows and scripts: no finding'
