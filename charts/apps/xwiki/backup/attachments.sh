#!/usr/bin/env bash
# Third step of the backup of XWiki, in the image of MySQL: lists the attachments that the database names now, after the files were packed.
#
# usage: attachments.sh
# Environment: as for session.sh; DATABASE; WORK [/work]
# Writes       $WORK/data/attachments
# Exit code    0 done, else failed
# shellcheck source=/dev/null
. "${0%/*}/session.sh"
# shellcheck source=/dev/null
. "${0%/*}/attachment-rows.sh"

use_server
attachment_rows "${DATABASE:?the database of the wiki}" >"$WORK/data/attachments" ||
  fail 'the attachments cannot be listed' 'Look at the lines above: does the server answer?'
say "$(wc -l <"$WORK/data/attachments") attachments with files"
