#!/usr/bin/env bash
# What the steps of XWiki share that know its tables; they read it from beside themselves, after session.sh.

# attachment_rows <database>: a line `<id> <hexadecimal of the file's name> <version> <bytes>` for each attachment whose content is a file
# (store hint `file`), sorted. None in a database that XWiki has not yet filled.
# Tables and columns: xwiki-platform-oldcore, xwiki.hbm.xml; versions are numbers like 3.1.
attachment_rows() {
  local place there
  place=$(identifier "$1")
  there=$(sql <<<"SELECT COUNT(*) FROM information_schema.tables
    WHERE BINARY table_schema = BINARY $(literal "$1") AND table_name = 'xwikiattachment'") || return
  [[ $there == 1 ]] || return 0
  sql <<<"SELECT CONCAT_WS(' ', xwa_id, HEX(xwa_filename), REPLACE(xwa_version, ' ', ''), xwa_longsize)
    FROM $place.xwikiattachment WHERE xdd_contentstore = 'file' ORDER BY 1" | sort
}
