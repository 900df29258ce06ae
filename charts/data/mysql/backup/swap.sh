#!/usr/bin/env bash
# How restore.sh has a copy take the place of a database. After session.sh and copy.sh; names, aside, stamp and again are restore.sh's.
# shellcheck disable=SC2154

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

# A table beside those of an old copy: what belongs to them and is no table. Its comment tells how far the restore came that made it.
readonly KEPT=strata_views_and_routines UNFINISHED='A restore that has not come to its end' FINISHED='Views, triggers, routines and events of these tables'

# Section of the runbook.
readonly MIDWAY='A restore that was killed midway'

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

# unmoved <database> <old>: the end, unless it is sure that all tables of the live database are where they were. After a lost connection
# the server may have exchanged them all the same.
unmoved() {
  local tables
  tables=$(moved "$2") || tables='an unknown number of'
  [[ $tables == 0 ]] ||
    fail "the exchange of $1 is done or unknown: $tables tables are in $(identifier "$2"), which are the old ones; nothing was dropped" \
      "See the runbook, \"$MIDWAY\"; to look with this account, or to restore again, as root: ALTER USER 'restore'@'%' ACCOUNT UNLOCK;"
}

# character_set <database> <other>: that of the other one as its own.
character_set() {
  local statement
  statement=$(sql --raw <<<"SELECT CONCAT('ALTER DATABASE ', $(literal "$(identifier "$1")"), ' CHARACTER SET ', default_character_set_name, ' COLLATE ', default_collation_name)
    FROM information_schema.schemata WHERE $(of_schema schema_name "$2")") || return 1
  sql <<<"$statement"
}

# ready <index>: all that can be done, and can fail, before anything live is changed. Writes what the database has of programs, what the copy
# has, and what the copy looks like, into $aside.
ready() {
  local database=${names[$1]} copy=${names[$1]}~new file=$aside/$1 nothing='Nothing live was changed. Look at the lines above'
  sql <<<"CREATE DATABASE IF NOT EXISTS $(identifier "$database")" || fail "$database cannot be made" 'Look at the lines above'
  contents "$database" >"$file-was" || fail "the schema of $database cannot be read" "$nothing"
  { programs "$database" >"$file-own.sql" && complete "$database" "$file-own.sql" && views "$database" >>"$file-own.sql"; } ||
    fail "the views, triggers, routines and events of $database cannot be kept" "$nothing"
  echo "${broken[*]}" >"$file-broken"
  [[ ${#broken[@]} -eq 0 ]] || say "views of $database that are broken are kept as text only: ${broken[*]}"
  { structure "$copy" >"$file-wanted" && programs "$copy" >"$file-copy.sql" && complete "$copy" "$file-copy.sql"; } ||
    fail "$copy cannot be read" "$nothing"
  { beside "$copy" "$database" <"$file-copy.sql" && views "$copy"; } >"$file-new.sql" || fail "$copy cannot be read" "$nothing"
  [[ ${#broken[@]} -eq 0 ]] || fail "views of $copy are broken: ${broken[*]}" 'Nothing live was changed. Which tables do they need? Use another set (SET=<name>)'
  unpack "$1" | events >"$file-events.sql"
  lend REVOKE FROM "$database" || fail "the rights on $copy stay" "$nothing"
  drop_programs "$copy" || fail "$copy cannot be made ready" "$nothing"
}

# swap <index>: the copy takes the place of the live one, whose tables go to a database with the time in its name. Where that does not come to
# its end, all goes back.
swap() {
  local database=${names[$1]} copy=${names[$1]}~new old=${names[$1]}~$stamp file=$aside/$1
  unused "$database"
  [[ $(contents "$database") == "$(<"$file-was")" ]] || fail "the schema of $database changed" "It was not touched. Who is at work? Then $again"
  sql <<<"CREATE DATABASE $(identifier "$old")" || fail "$old cannot be made" "$database was not changed. Look at the lines above"
  keep "$old" "$file-own.sql" || {
    discard "$database" "$old"
    fail "the views and routines of $database cannot be kept" "$database was not changed. Look at the lines above"
  }
  if drop_programs "$database" && exchange "$database" "$copy" "$old"; then
    if bring_programs "$1"; then
      settle "$1" "$old"
      return
    fi
    { drop_programs "$database" && exchange "$database" "$old" "$copy" && character_set "$database" "$old"; } ||
      fail "$database is half restored, and does not go back" "All of its tables are in $database, $copy and $old: look at the lines above, then see the runbook, \"$MIDWAY\""
  fi
  give_back "$1" "$old"
  fail "$database cannot be exchanged" "It is as it was. Look at the lines above, and $again"
}

# bring_programs <index>: what the copy has beside tables, now that they are in their place, and whether all is as it was in the copy.
bring_programs() {
  local database=${names[$1]} file=$aside/$1
  character_set "$database" "$database~new" && load_sql --database="$database" <"$file-new.sql" && load_sql --database="$database" <"$file-events.sql" &&
    structure "$database" >"$file-found" && same "the tables, views, triggers and routines of $database" "$file-wanted" "$file-found" &&
    same_events "$database" "$file-events.sql"
}

# give_back <index> <old>: its programs to a live database whose tables are in their place.
give_back() {
  local database=${names[$1]} file=$aside/$1
  unmoved "$database" "$2"
  { load_sql --database="$database" <"$file-own.sql" && as_before "$1"; } ||
    fail "$database has its tables again, but not its views, triggers, routines and events" "They are in $(identifier "$2").$KEPT: see the runbook, \"$MIDWAY\""
  if [[ -n $(<"$file-broken") ]]; then
    # the server does not take a broken view
    finished "$2"
    fail "$database cannot be exchanged. It is as it was, without the views that were broken: $(<"$file-broken")" \
      "Their text is in $(identifier "$2").$KEPT. Look at the lines above, and $again"
  fi
  discard "$database" "$2"
}

# as_before <index>: whether the live database has what it had, apart from broken views, and from events whose time has passed.
as_before() {
  local database=${names[$1]} file=$aside/$1 other='^EVENT'
  [[ -z $(<"$file-broken") ]] || other='^(EVENT|VIEW)'
  sed -E "/$other/d" "$file-was" >"$file-was.kept"
  contents "$database" | sed -E "/$other/d" >"$file-is" && same "the contents of $database" "$file-was.kept" "$file-is" || return 1
  events <"$file-own.sql" >"$file-own-events.sql"
  same_events "$database" "$file-own-events.sql"
}

# discard <database> <old>: a copy to which no table went.
discard() {
  unmoved "$1" "$2"
  sql <<<"DROP DATABASE $(identifier "$2")" || say "$2 is left over: drop it"
}

# finished <old>: nothing is half done in it any more.
finished() { sql <<<"ALTER TABLE $(identifier "$1").$KEPT COMMENT = '$FINISHED'" || say "$1 counts as half done: see the runbook, \"$MIDWAY\""; }

# A restore that was killed has left a copy that is not finished. What is half done is a person's to judge: a second one could not tell old from new.
refuse_unfinished() {
  local old tables found
  found=$(sql <<<"SELECT HEX(k.table_schema), (SELECT COUNT(*) FROM information_schema.tables AS t WHERE t.table_schema = k.table_schema) - 1
    FROM information_schema.tables AS k WHERE k.table_name = '$KEPT' AND k.table_comment = '$UNFINISHED'") ||
    fail 'the server does not tell what earlier restores left' 'Look at the lines above'
  [[ -n $found ]] || return 0
  while read -r old tables; do
    old=$(unhex <<<"$old")
    if ((tables > 0)); then
      say "$old holds the $tables tables that ${old%~*} had; those in ${old%~*} are of a set, and may lack their views, triggers, routines and events"
    else
      say "${old%~*} has its own tables, but its views, triggers, routines and events may be in $(identifier "$old").$KEPT alone: do not drop that"
    fi
    say "either put back what was there (runbook, \"$MIDWAY\"), or leave it where it is for later: ALTER TABLE $(identifier "$old").$KEPT COMMENT = 'kept';"
  done <<<"$found"
  fail 'a restore was killed midway, or still runs' 'Do one of the two for each, as root, and run it again'
}

# keep <database> <file>: the text of the old one's views, triggers, routines and events. As objects they would run, or break.
keep() {
  character_set "$1" "${1%~*}" && sql --database="$1" <<SQL
CREATE TABLE $KEPT (text LONGBLOB) COMMENT = '$UNFINISHED';
INSERT INTO $KEPT VALUES (X'$(od -An -v -tx1 "$2" | tr -d ' \n')');
SQL
}

# settle <index> <old>
settle() {
  local database=${names[$1]} copy=${names[$1]}~new
  finished "$2"
  sql <<<"DROP DATABASE $(identifier "$copy")" || say "$copy is left over: drop it"
  if [[ ! -s $aside/$1-was && $(moved "$2") == 0 ]]; then
    sql <<<"DROP DATABASE $(identifier "$2")"
    say "$database: restored, as it was dumped"
  else
    say "$database: restored, as it was dumped. What was there is in $(identifier "$2"). When nobody needs it any more: DROP DATABASE $(identifier "$2");"
  fi
}
