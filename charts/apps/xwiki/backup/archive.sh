#!/usr/bin/env bash
# What the steps of XWiki's export share; they read it from beside themselves. For bash, in the image of XWiki.
set -euo pipefail
umask 077

step=${0##*/}
step=${step%.sh}
WORK=${WORK:-/work}

say() { echo "$step: $*" >&2; }

# Says where, what and the remedy, and ends the step.
fail() {
  say "$1. $2"
  exit 1
}

# use_wiki <URL>: sets $url.
# shellcheck disable=SC2034 # for the steps
use_wiki() {
  url=${1%/}
  : "${XWIKI_USER:?name of an administrator of the wiki}" "${XWIKI_PASSWORD:?password of the account}"
}

# call <what> [curl's arguments…]: a request with the account, from stdin, so that the password is on no command line.
call() {
  local what=$1 code
  shift
  code=$(printf 'user = "%s:%s"\n' "$(quoted "$XWIKI_USER")" "$(quoted "$XWIKI_PASSWORD")" |
    curl --config - --silent --show-error --connect-timeout 15 --write-out '%{http_code}' "$@") ||
    fail "$what failed" 'Look at the lines above: is the wiki up?'
  case $code in
    20[0-4]) ;;
    401 | 403) fail "$what: the wiki refuses the account ($code)" 'Is there such an administrator in the wiki, and is its password that of the Secret?' ;;
    *) fail "$what: the wiki answers $code" 'Look at its log' ;;
  esac
}

quoted() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

# Reads the whole archive: sets $pages, those that its descriptor names, $files, and the $found sentinel with the time it was $written.
# A XAR is a ZIP with package.xml and a file for each page (…/documentation/xs/admin/exports/export-xar-format/format-specifications/).
# shellcheck disable=SC2034 # for the steps
read_archive() {
  local archive=$WORK/data/wiki.xar content
  unzip -tqq "$archive" >&2 || fail 'the archive is damaged, or no archive' 'Look at the lines above, and at the log of the wiki: the end may be missing'
  content=$(unzip -p "$archive" package.xml) || fail 'the archive has no package.xml' 'It is no export of XWiki'
  pages=$(grep -o '<file[ >]' <<<"$content" | wc -l)
  files=$(unzip -Z1 "$archive" | grep -c '\.xml$')
  [[ $pages -gt 0 && $files -gt $pages ]] ||
    fail "the archive names $pages pages and has $((files - 1))" 'The export was cut off: look at the log of the wiki'
  content=$(unzip -p "$archive" Strata/Backup.xml | tr '\n' ' ') || fail 'the archive has no page Strata.Backup' 'May the account see all pages?'
  read -r found written < <(sed -nE 's,.*<content>([0-9a-f]{32}) ([0-9]+)</content>.*,\1 \2,p' <<<"$content") ||
    fail 'the page Strata.Backup holds no sentinel' 'Did somebody edit it? The next backup writes it anew'
}
