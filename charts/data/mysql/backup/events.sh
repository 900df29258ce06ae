#!/usr/bin/env bash
# What restore.sh knows of events, as mysqldump writes them. After session.sh. An event whose time (AT, or ENDS) has passed is not made by a server, or
# is made and switched off: such a one never is as it was dumped.

# The events of a dump from stdin, as SQL. Each sets character set, mode and time zone for itself.
events() {
  awk '
    /^DELIMITER / { inside = $0 != "DELIMITER ;" }
    !inside && /^-- (Dumping routines for database|Current Database:) / { events = 0 }
    events
    !inside && /^-- Dumping events for database / { events = 1 }'
}

# passed <file of events> <seconds since 1970>: numbers of those whose time is not after that.
passed() {
  local number zone moment statements=
  # a backtick in a name is doubled, so that an odd number of them ends it; \047 is an apostrophe
  while IFS=$'\t' read -r number zone moment; do
    statements+="SET time_zone = '$zone'; SELECT $number FROM DUAL WHERE UNIX_TIMESTAMP('$moment') <= $2;"
  done < <(awk '
    /^\/\*![0-9]+ DROP EVENT / { number++ }
    /^\/\*![0-9]+ SET time_zone += \047[A-Za-z0-9_\/+:-]+\047 / { split($0, part, "\047"); zone = part[2]; next }
    zone && match($0, /[^`](``)*` ON SCHEDULE (AT|EVERY (\047[^\047]*\047|[0-9]+) [A-Z_]+( STARTS \047[0-9: .-]+\047)? ENDS) \047[0-9: .-]+\047 ON COMPLETION /) {
      count = split(substr($0, RSTART, RLENGTH), part, "\047")
      print number "\t" zone "\t" part[count - 1]
    }
    { zone = "" }' "$1")
  [[ -z $statements ]] || sql <<<"$statements"
}

# ahead <file of events> <numbers>: its events without these, and without what stands between events.
ahead() {
  PASSED=" ${2//$'\n'/ } " awk '
    /^\/\*![0-9]+ DROP EVENT / { number++; event = !index(ENVIRON["PASSED"], " " number " "); next }
    /^DELIMITER / { next }
    event
    /^\/\*![0-9]+ SET collation_connection += @saved_col_connection / { event = 0 }' "$1"
}

# titles <file of events> <numbers>: their names, separated by commas.
titles() {
  PASSED=" ${2//$'\n'/ } " awk '
    /^\/\*![0-9]+ DROP EVENT / {
      if (!index(ENVIRON["PASSED"], " " ++number " ")) next
      sub(/^[^`]*/, "")
      sub(/ \*\/;+$/, "")
      printf "%s%s", comma, $0
      comma = ", "
    }' "$1"
}

# same_events <database> <file of events>: whether the database has the events of the file that are still ahead, and no others.
same_events() {
  local found=$2.found now gone gone_found
  dump_sql "$1" --no-data | events >"$found" || return 1
  # after the dump: an event may have ended meanwhile
  now=$(sql <<<'SELECT UNIX_TIMESTAMP()') || return 1
  gone=$(passed "$2" "$now") && gone_found=$(passed "$found" "$now") || return 1
  ahead "$2" "$gone" >"$2.ahead" && ahead "$found" "$gone_found" >"$found.ahead" || return 1
  same "events of $1" "$2.ahead" "$found.ahead" || return 1
  [[ -z $gone ]] || say "events of $1 whose time has passed, which the server does not make again, or has switched off: $(titles "$2" "$gone")"
}
