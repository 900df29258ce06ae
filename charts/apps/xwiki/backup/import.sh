#!/usr/bin/env bash
# Restore of XWiki's export, after decrypt, in its image: has a running wiki import the archive. A page that is there gets one more version,
# with the content of the archive; none is deleted.
#
# The import is that of the REST API: POST of the archive to the wiki; `backup` keeps authors, `history=add` adds to the history
# (xwiki-platform-rest-api, WikiResource.java).
#
# usage: import.sh <URL of the wiki>     http://xwiki.<namespace>.svc
# Environment: XWIKI_USER XWIKI_PASSWORD, an administrator of the wiki; COMPONENT; OVERWRITE=<COMPONENT>, since pages are replaced; WORK [/work]
# Reads        $WORK/data/wiki.xar
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/archive.sh"

: "${COMPONENT:?whose data it is}"
use_wiki "$1"
[[ ${OVERWRITE:-} == "$COMPONENT" ]] || fail 'pages of the wiki get the content of the archive' "To have that, say OVERWRITE=$COMPONENT"
read_archive
# shellcheck disable=SC2154 # set by use_wiki
call 'the import' --request POST --header 'Content-Type: application/octet-stream' --upload-file "$WORK/data/wiki.xar" --output /dev/null \
  "$url/rest/wikis/xwiki?backup=true&history=add"
# shellcheck disable=SC2154 # set by read_archive
say "$pages pages imported"
