#!/usr/bin/env bash
# What restore.sh knows of a copy of a database, beside it under another name, and of exchanging the two. After session.sh.

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

# The events of a dump from stdin, as SQL. Each sets character set, mode and time zone for itself.
events() {
  awk '
    /^DELIMITER / { inside = $0 != "DELIMITER ;" }
    !inside && /^-- (Dumping routines for database|Current Database:) / { events = 0 }
    events
    !inside && /^-- Dumping events for database / { events = 1 }'
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

# programs <database> <name> [--force]: its routines, triggers and views, as SQL for a database of another name; with --force without what
# is broken.
programs() {
  local status=0
  # shellcheck disable=SC2154 # set by use_server
  local dump=(mysqldump "${connect[@]}" --no-data --skip-dump-date --no-tablespaces --set-gtid-purged=OFF "${@:3}")
  "${dump[@]}" --no-create-info --routines --triggers "$1" | beside "$1" "$2" || status=1
  list "SELECT table_name AS item FROM information_schema.views WHERE $(of_schema table_schema "$1") ORDER BY 1" || return 1
  [[ ${#rows[@]} -eq 0 ]] || "${dump[@]}" --skip-triggers "$1" "${rows[@]}" || status=1
  return $status
}

# structure <database>: the sum of all but rows and events.
structure() { dump_sql "$1" --no-data | beside "$1" - | digest; }

# A name in backticks, of a column.
quoted() { printf "CONCAT('\`', REPLACE(%s, '\`', '\`\`'), '\`')" "$1"; }

# drop_programs <database>: leaves its tables.
drop_programs() {
  local place statements
  place=$(identifier "$1")
  statements=$(sql --raw <<SQL
SELECT CONCAT('DROP TRIGGER ', $(literal "$place"), '.', $(quoted trigger_name), ';') FROM information_schema.triggers WHERE $(of_schema trigger_schema "$1")
UNION ALL SELECT CONCAT('DROP EVENT ', $(literal "$place"), '.', $(quoted event_name), ';') FROM information_schema.events WHERE $(of_schema event_schema "$1")
UNION ALL SELECT CONCAT('DROP VIEW ', $(literal "$place"), '.', $(quoted table_name), ';') FROM information_schema.views WHERE $(of_schema table_schema "$1")
UNION ALL SELECT CONCAT('DROP ', routine_type, ' ', $(literal "$place"), '.', $(quoted routine_name), ';') FROM information_schema.routines
  WHERE $(of_schema routine_schema "$1");
SQL
  ) || return 1
  sql <<<"$WAITING $statements"
}

# Somebody may hold a table open: a minute, and not a year.
readonly WAITING='SET SESSION lock_wait_timeout = 60;'

# A table beside those of an old copy: what belongs to them and is no table.
readonly KEPT=strata_views_and_routines

# As long as a session of `exchange` lives, it holds this lock: whoever gets it knows that none of them will move a table any more.
EXCHANGING=strata_restore_$(date -u +%s)_$RANDOM
readonly EXCHANGING

# exchange <database> <from> <to>: its tables go to the database `to`, and those of `from` take their place, all in one statement: all of
# them, or none. There may be no triggers. A failure does not tell which: ask `moved`.
exchange() {
  local statement
  statement=$(sql --raw <<SQL
SELECT CONCAT(IF(ROW_NUMBER() OVER (ORDER BY step, name) = 1, 'RENAME TABLE ', ', '), place, '.', $(quoted name), ' TO ', target, '.', $(quoted name)) FROM (
  SELECT 1 AS step, table_name AS name, $(literal "$(identifier "$1")") AS place, $(literal "$(identifier "$3")") AS target
    FROM information_schema.tables WHERE $(of_schema table_schema "$1") AND table_type = 'BASE TABLE'
  UNION ALL SELECT 2, table_name, $(literal "$(identifier "$2")"), $(literal "$(identifier "$1")")
    FROM information_schema.tables WHERE $(of_schema table_schema "$2") AND table_type = 'BASE TABLE' AND table_name <> '$KEPT'
) AS moves ORDER BY step, name;
SQL
  ) || return 1
  [[ -z $statement ]] || sql --skip-reconnect <<<"SELECT GET_LOCK('$EXCHANGING', 0); $WAITING $statement;" >/dev/null
}

# moved <old copy>: how many tables it holds, when nothing is under way any more. Fails where that is not sure.
moved() {
  local answer
  answer=$(sql <<<"SELECT GET_LOCK('$EXCHANGING', 90);
    SELECT COUNT(*) FROM information_schema.tables WHERE $(of_schema table_schema "$1") AND table_name <> '$KEPT'") || return 1
  [[ $answer == 1$'\n'* ]] || return 1
  echo "${answer#*$'\n'}"
}

# character_set <database> <other>: that of the other one as its own.
character_set() {
  local statement
  statement=$(sql --raw <<<"SELECT CONCAT('ALTER DATABASE ', $(literal "$(identifier "$1")"), ' CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name)
    FROM information_schema.schemata WHERE $(of_schema schema_name "$2")") || return 1
  sql <<<"$statement"
}
