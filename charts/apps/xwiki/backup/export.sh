#!/usr/bin/env bash
# The export of XWiki through its API, in its image: writes a fresh sentinel into a page of the wiki, then has the wiki write all pages,
# with history and attachments, into one archive (XAR), and reads it. It is independent of database and files, and of their release.
#
# Facts of the API: https://www.xwiki.org/xwiki/bin/view/Documentation/UserGuide/Features/XWikiRESTfulAPI (a page by PUT, login);
# …/documentation/xs/admin/exports/export-xar-format/xar-customization-url/ (export); basicauth=1 makes a refused login an error instead
# of a page that asks for it (xwiki-platform-oldcore, MyFormAuthenticator.java).
#
# usage: export.sh <URL of the wiki>     http://xwiki.<namespace>.svc
# Environment: XWIKI_USER XWIKI_PASSWORD, an administrator of the wiki; WORK [/work]
# Writes       $WORK/started, $WORK/data/{wiki.xar,facts.json}
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/archive.sh"

use_wiki "$1"
rm -rf "$WORK/data"
mkdir -p "$WORK/data"
date -u +%s >"$WORK/started"
sentinel=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

printf '<page xmlns="http://www.xwiki.org"><title>Backup</title><syntax>plain/1.0</syntax><hidden>true</hidden><content>%s %s</content></page>' \
  "$sentinel" "$(date -u +%s)" >"$WORK/page.xml"
# shellcheck disable=SC2154 # set by use_wiki
call 'writing the sentinel' --request PUT --header 'Content-Type: application/xml' --data-binary "@$WORK/page.xml" --output /dev/null \
  "$url/rest/wikis/xwiki/spaces/Strata/pages/Backup"
call 'the export' --output "$WORK/data/wiki.xar" \
  "$url/bin/export/Main/WebHome?format=xar&basicauth=1&name=wiki&backup=true&history=true&pages=%25"
read_archive
# shellcheck disable=SC2154 # set by read_archive
[[ $found == "$sentinel" ]] ||
  fail 'the archive lacks the sentinel that was just written' 'May the account see all pages? Is there a cache in front of the wiki?'
# shellcheck disable=SC2154 # set by read_archive
printf '{\n  "format": 1,\n  "sentinel": "%s",\n  "pages": %s,\n  "files": %s\n}\n' "$sentinel" "$pages" "$files" >"$WORK/data/facts.json"
say "$pages pages, $(du -sk "$WORK/data/wiki.xar" | cut -f 1) KiB"
