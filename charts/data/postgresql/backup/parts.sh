#!/usr/bin/env bash
# What restore.sh knows of a dump: who may bring back which part of it. After session.sh.
#
# The owner of a database brings back what is in it, in one transaction. Some parts need the superuser, whom no Job has: roles that somebody made,
# extensions that are not trusted, publications of all tables, event triggers, settings of roles. What of these the dump needs and the server
# lacks is asked for before, in first.sql; the rest is told afterwards, in after.sql.

# The superuser's, where they do not belong to the database's owner: as the table of contents of a dump names them.
readonly SUPERUSERS='PUBLICATION|PUBLICATION TABLE|PUBLICATION TABLES IN SCHEMA|EVENT TRIGGER|SUBSCRIPTION|FOREIGN DATA WRAPPER|SERVER|USER MAPPING|PROCEDURAL LANGUAGE|ACCESS METHOD|TRANSFORM'

# globals <file>: roles, their settings and memberships, as the server has them now.
globals() {
  pg_dumpall --globals-only --no-role-passwords --no-tablespaces --no-password --database=postgres --file="$1" ||
    fail 'pg_dumpall failed' 'Look at the lines above'
}

# lines_of <pattern> <file>: those that match; none may.
lines_of() { grep -E "$1" "$2" || true; }

# missing_roles <globals of the set> <globals of the server>: as SQL names them, one a line.
missing_roles() { lines_of '^CREATE ROLE ' "$1" | { grep -vxFf <(lines_of '^CREATE ROLE ' "$2") || true; } | sed -E 's/^CREATE ROLE (.*);$/\1/'; }

# entries <dump> <list> [pg_restore's arguments…]: these entries of the table of contents, as SQL.
entries() {
  local dump=$1 list=$2
  shift 2
  if [[ ! -s $list ]]; then return 0; fi
  pg_restore --file=- --no-tablespaces --use-list="$list" "$@" "$dump" | { grep -Ev '^(\\(un)?restrict |SET |SELECT pg_catalog.set_config|--|$)' || true; }
}

# split <table of contents> <owner> <folder>: writes the entries into files: of the superuser, of large objects, of the owner, extensions; and
# what lies in schemas of others, which no step brings back (dump.sh tells about it). The schema strata of the server is there. Rights on what
# is no entry of its own are rights on parts of an extension: the superuser's. In `schema`, that an entry is of or in, the longest name counts:
# names have spaces, and one may begin like another.
split() {
  mkdir -p "$3"
  OWNER=$2 FOLDER=$3 TYPES=$SUPERUSERS awk '
    function put(file) { print >(ENVIRON["FOLDER"] "/" file) }
    function owned() { return substr($0, length($0) - length(ENVIRON["OWNER"])) == " " ENVIRON["OWNER"] }
    function entry() { return substr($0, match($0, /; [0-9]+ [0-9]+ /) + RLENGTH) }
    function schema(  rest, name, longest) {
      rest = substr(text, match(text, /^[A-Z]+( [A-Z]+)* /) + RLENGTH)
      sub(text ~ /^SCHEMA / ? "^- " : "^- SCHEMA ", "", rest)
      for (name in schemas) if (index(rest, name " ") == 1 && length(name) > length(longest)) longest = name
      return longest
    }
    /^;/ || /^$/ { next }
    NR == FNR {
      text = entry()
      if (text !~ /^(ACL|COMMENT) /) there[++count] = text
      if (text ~ /^SCHEMA - /) {
        name = substr(text, length("SCHEMA - ") + 1)
        sub(/ [^ ]+$/, "", name)
        schemas[name] = owned() || text ~ / pg_database_owner$/ ? "own" : "foreign"
      }
      next
    }
    { text = entry() }
    text ~ /^COMMENT - EXTENSION / || schema() == "strata" { next }
    schemas[schema()] == "foreign" { put("foreign"); next }
    text ~ /^EXTENSION - / { put("extensions"); put("owners"); next }
    text ~ /^DEFAULT ACL / && !owned() { put("superusers"); next }
    text ~ /^(BLOB|BLOBS|BLOB METADATA|ACL - LARGE OBJECTS?|COMMENT - LARGE OBJECT) / { put("large"); next }
    text ~ "^(" ENVIRON["TYPES"] ") " && !owned() { put("superusers"); next }
    text ~ /^ACL / && !owned() && text !~ /^ACL - DATABASE / {
      split(text, word, " ")
      rest = substr(text, length("ACL " word[2] " " word[3] " "))
      for (i = 1; i <= count; i++) if (index(there[i], " " word[2] rest)) { put("owners"); next }
      put("superusers")
      next
    }
    { put("owners") }' "$1" "$1"
  touch "$3"/{extensions,foreign,large,superusers,owners}
}

# lent <database> <folder>: of what is left out, rights on a schema that holds an extension; with that it is there. They are the superuser's.
lent() {
  sql "$1" <<<"SELECT format(' ACL - SCHEMA %s ', nspname) FROM pg_namespace JOIN pg_extension ON extnamespace = pg_namespace.oid" >"$2/with-extension" &&
    { grep -Ff "$2/with-extension" "$2/foreign" || true; } >>"$2/superusers"
}

# needed_roles <dump> <folder> <globals of the set> <globals of the server>: those that rights and policies name and the server lacks.
needed_roles() {
  local rights role
  missing_roles "$3" "$4" >"$2/missing"
  [[ -s $2/missing ]] || return 0
  lines_of '; [0-9]+ [0-9]+ (ACL|DEFAULT ACL|POLICY|BLOB|BLOB METADATA) ' "$2/toc" >"$2/rights"
  rights=$(entries "$1" "$2/rights" --create)
  while read -r role; do
    if grep -qwF -- "$role" <<<"$rights"; then echo "$role"; fi
  done <"$2/missing"
}

# roles_of <globals> <file of names>: statements that make these roles, in the order of the server.
roles_of() {
  local role quoted
  while read -r role; do
    quoted=$(sed 's/[][\\.*^$+?(){}|/]/\\&/g' <<<"$role")
    echo "^(CREATE ROLE $quoted;|ALTER ROLE $quoted (WITH|SET) |GRANT .* TO ${quoted}[ ;]|GRANT $quoted TO )"
  done <"$2" >"$2.patterns"
  if [[ -s $2.patterns ]]; then grep -Ef "$2.patterns" "$1"; fi
}

# extensions_of <database> <dump> <folder>: statements that make the extensions which the server lacks, and only the superuser may create.
extensions_of() {
  local database=$1 dump=$2 folder=$3 extension lacking=false
  while read -r extension; do
    untrusted "$database" "${extension% }" || continue
    printf '\\connect %s\n' "$(quoted_name "$database")"
    schema_of "$database" "$dump" "$folder" "${extension% }"
    lacking=true
  done < <(sed -E 's/^.* EXTENSION - //' "$folder/extensions")
  # rights on what belongs to them
  if [[ $lacking == true ]]; then
    lines_of '; [0-9]+ [0-9]+ ACL ' "$folder/superusers" >"$folder/acl"
    entries "$dump" "$folder/acl"
  fi
}

quoted_name() { sql postgres --set=name="$1" <<<"SELECT quote_ident(:'name')"; }

# untrusted <database> <extension>: whether the server lacks it, and only the superuser may create it.
untrusted() {
  [[ $(sql "$1" --set=name="$2" <<<"SELECT NOT EXISTS (SELECT FROM pg_extension WHERE extname = :'name')
    AND NOT coalesce((SELECT bool_or(trusted) FROM pg_available_extension_versions WHERE name = :'name'), false)") == t ]]
}

# schema_of <database> <dump> <folder> <extension>: makes the extension, and its schema before.
schema_of() {
  local statement schema
  grep -F " EXTENSION - $4 " "$3/extensions" >"$3/one"
  statement=$(entries "$2" "$3/one")
  schema=$(sed -nE 's/.* WITH SCHEMA (.*);$/\1/p' <<<"$statement")
  [[ -z $schema || $schema == public || $schema == pg_catalog ]] || echo "CREATE SCHEMA IF NOT EXISTS $schema AUTHORIZATION ${1}_owner;"
  echo "$statement"
}

# Settings and rights of a database, as statements that name it.
readonly PROPERTY='^(ALTER DATABASE .* SET |ALTER ROLE .* IN DATABASE .* SET |GRANT .* ON DATABASE |REVOKE .* ON DATABASE )'

# properties_of_set <dump> <folder>
properties_of_set() {
  # the list of before has none of them: they are a part of --create
  pg_restore --list --create "$1" | { grep -E '; [0-9]+ [0-9]+ (DATABASE PROPERTIES|ACL - DATABASE) ' || true; } >"$2/properties"
  entries "$1" "$2/properties" --create | lines_of "$PROPERTY" -
}
# properties_of_server <database>
properties_of_server() {
  PGDATABASE=$1 pg_dump --create --schema-only --exclude-schema='*' --no-password | lines_of "$PROPERTY" -
}
