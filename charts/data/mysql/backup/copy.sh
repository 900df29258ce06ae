#!/usr/bin/env bash
# What restore.sh knows of a copy of a database, beside it under another name, and of what belongs to a database and is no table. After session.sh.

# beside <database> <name>: the dump of a database from stdin as one of another name. Events are left out: they would run there too. The name
# stands in a few lines only, which are no part of a routine; rows are one line each, and begin with INSERT.
beside() {
  FROM=$(identifier "$1") TO=$(identifier "$2") awk '
    /^DELIMITER / { inside = $0 != "DELIMITER ;" }
    !inside && /^-- Dumping events for database / { events = 1 }
    !inside && /^-- (Dumping routines for database|Current Database:) / { events = 0 }
    events { next }
    !inside && /^-- Dumping routines for database / { $0 = "-- Dumping routines" }
    !inside && /^(USE |CREATE DATABASE |ALTER DATABASE |-- Current Database: )/ {
      at = index($0, ENVIRON["FROM"])
      if (at) $0 = substr($0, 1, at - 1) ENVIRON["TO"] substr($0, at + length(ENVIRON["FROM"]))
    }
    { print }'
}

# list <SQL of one column>: its rows into $rows, whatever characters they hold.
list() {
  local hex found
  rows=()
  found=$(sql <<<"SELECT HEX(item) FROM ($1) AS items") || return 1
  while read -r hex; do if [[ -n $hex ]]; then rows+=("$(unhex <<<"$hex")"); fi; done <<<"$found"
}

# of_schema <column> <database>: a condition.
of_schema() { printf 'BINARY %s = BINARY %s' "$1" "$(literal "$2")"; }

# Options of each dump that is not of all that a database has.
readonly PART=(--single-transaction --no-data --skip-dump-date --no-tablespaces --set-gtid-purged=OFF)
# Of information_schema, before a condition.
readonly VIEWS='SELECT table_name AS item FROM information_schema.views WHERE'

# programs <database>: its triggers, routines and events, as SQL that may be loaded twice. It does not look at views, so that a broken one
# takes nothing with it.
programs() {
  local view without=()
  list "$VIEWS $(of_schema table_schema "$1")" || return 1
  for view in "${rows[@]}"; do without+=("--ignore-table=$1.$view"); done
  # shellcheck disable=SC2154 # set by use_server
  mysqldump "${connect[@]}" "${PART[@]}" --no-create-info --routines --triggers --events --add-drop-trigger "${without[@]}" "$1"
}

# views <database>: its views, as SQL. A broken one, which the server would not take, stands there in comments, and in $broken.
views() {
  local view said whole=()
  broken=()
  list "$VIEWS $(of_schema table_schema "$1") ORDER BY 1" || return 1
  for view in "${rows[@]}"; do
    if said=$(sql <<<"SHOW FIELDS FROM $(identifier "$1").$(identifier "$view")" 2>&1 >/dev/null); then
      whole+=("$view")
    elif [[ $said == *'ERROR 1356 '* ]]; then
      broken+=("$view")
    else
      echo "$said" >&2
      return 1
    fi
  done
  [[ ${#whole[@]} -eq 0 ]] || mysqldump "${connect[@]}" "${PART[@]}" --skip-triggers "$1" "${whole[@]}" || return 1
  for view in "${broken[@]}"; do
    echo "-- $(identifier "$view") is broken:"
    sql --raw <<<"SHOW CREATE VIEW $(identifier "$1").$(identifier "$view")" | sed 's/^/-- /' || return 1
  done
}

# complete <database> <file>: whether the file of `programs` has all that the database has.
complete() {
  local there kept
  there=$(sql --raw <<<"SELECT CONCAT(
    (SELECT COUNT(*) FROM information_schema.triggers WHERE $(of_schema trigger_schema "$1")), ' triggers, ',
    (SELECT COUNT(*) FROM information_schema.routines WHERE $(of_schema routine_schema "$1")), ' routines, ',
    (SELECT COUNT(*) FROM information_schema.events WHERE $(of_schema event_schema "$1")), ' events')") || return 1
  # how mysqldump begins each of them
  kept=$(awk '
    before == "DELIMITER ;;" && /^\/\*![0-9]+ CREATE/ { triggers++ }
    before == "DELIMITER ;;" && /^CREATE / { routines++ }
    before ~ /^\/\*![0-9]+ SET time_zone / && /^\/\*![0-9]+ CREATE/ { events++ }
    { before = $0 }
    END { printf "%d triggers, %d routines, %d events", triggers, routines, events }' "$2") || return 1
  [[ $kept == "$there" ]] || { say "$1 has $there; of them could be read: $kept" && return 1; }
}

# structure <database>: all but rows and events.
structure() { dump_sql "$1" --no-data | beside "$1" - | body; }

# same <what> <file> <file>: or says how they differ, in forty lines at the most.
same() {
  [[ $(sha256sum <"$2") != $(sha256sum <"$3") ]] || return 0
  say "$1 differ; - is wanted, + was found:"
  awk '
    function tell(line) { if (told++ < 40) print substr(line, 1, 1000) }
    FILENAME == ARGV[1] { wanted[$0]++; lines[++last] = $0; next }
    wanted[$0] > 0 { wanted[$0]--; next }
    { tell("+ " $0) }
    END {
      for (line = 1; line <= last; line++) if (wanted[lines[line]]-- > 0) tell("- " lines[line])
      if (!told) print "the same lines, in another order"
    }' "$2" "$3" >&2
  return 1
}
