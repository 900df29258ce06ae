#!/usr/bin/env bash
# End of the drill of XWiki, read by load.sh while the scratch server runs: whether the files fit the database.
#
# A file of an attachment is store/file/…/attachments/<1>/<2>/<30>/f[v<version>].<extension>, where 1, 2 and 30 are digits of the MD5 sum of
# its name; f alone is the newest version, and f.<extension>.lnk names it
# (https://www.xwiki.org/xwiki/bin/view/Documentation/AdminGuide/Store/Filesystem; StoreFileUtils.java). Which page it belongs to is a hash
# too, and left out here: for all attachments of the same name, version and size together there must be as many files.
#
# Reads        $WORK/files (unpack.sh), $WORK/data/attachments (attachments.sh)
# shellcheck source=/dev/null
. "${0%/*}/attachment-rows.sh"

: "${DATABASE:?the database of the wiki}"
attachment_rows "$DATABASE" >"$WORK/rows" || fail 'the attachments cannot be read' 'Look at the lines above'

# The digits that the folder of a name has.
folder() {
  local digits
  digits=$(unhex <<<"$1" | md5sum | cut -c 1-32)
  printf '%s/%s/%s' "${digits:0:1}" "${digits:1:1}" "${digits:2}"
}

# A line `<folder> <name> <version> <bytes>` for each name that is in the dump.
cut -d ' ' -f 2 "$WORK/rows" | sort -u | while read -r name; do echo "$name $(folder "$name")"; done >"$WORK/folders"

# Of the files: bytes by folder and version; of a name that is there n times there are n folders. Whoever was deleted or replaced between
# the dump and the files may be without a file.
missing=$(awk '
  FILENAME == ARGV[1] { folder[$1] = $2; next }
  FILENAME == ARGV[2] {
    if (!match($0, /\/attachments\/[0-9a-f]\/[0-9a-f]\/[0-9a-f]+\//)) next
    place = substr($0, RSTART + 13, RLENGTH - 14)
    file = substr($0, RSTART + RLENGTH)
    if (file ~ /\.lnk$/ || file ~ /~/) next
    where = substr($0, 1, RSTART + RLENGTH)
    sub(/^[0-9]+ /, "", where)
    if (match(file, /^fv[0-9]+(\.[0-9]+)*/)) version = substr(file, 3, RLENGTH - 2)
    else if (file ~ /^f(\.|$)/) version = "newest"
    else next
    bytes = $1
    if (!seen[where, version, bytes]++) {
      have[place, version, bytes]++
      have[place, version, -1]++
    }
    next
  }
  FILENAME == ARGV[3] { now[$0] = 1; next }
  { need[$2 " " $3 " " $4]++; rows[$2 " " $3 " " $4] = rows[$2 " " $3 " " $4] "\n" $0 }
  END {
    for (key in need) {
      split(key, part, " ")
      place = folder[part[1]]
      found = have[place, part[2], part[3]]
      newest = have[place, "newest", part[3]]
      if (newest > found) found = newest
      count = split(rows[key], row, "\n")
      still = 0
      for (i = 2; i <= count; i++) if (row[i] in now) still++
      if (found < still) printf "%s %s %d of %d\n", place, key, found, still
    }
  }' "$WORK/folders" "$WORK/files" "$WORK/data/attachments" "$WORK/rows")
if [[ -n $missing ]]; then
  while read -r place name version bytes found; do
    say "$(unhex <<<"$name" | tr -d '\n') version $version, $bytes bytes: $found are in */attachments/$place"
  done <<<"$missing"
  fail 'attachments that the database names are not in the files' 'Make a new backup; if it fails again, look for them on the volume of the wiki'
fi
detail+="; files of $(wc -l <"$WORK/rows") attachments"
