#!/usr/bin/env bash
# Runs before mysqld: creates the data directory on an empty volume, and writes the statements with which mysqld sets its databases and
# accounts at every start, before it takes connections (init_file). So a new database, or a changed password, needs a restart only.
#
# usage: prepare.sh <my.cnf> <volume> <accounts.sql> [database…]
# Passwords come in PASSWORD_root, PASSWORD_exporter, PASSWORD_backup and PASSWORD_<database>.
set -euo pipefail

# A string literal of MySQL. Statements of an init_file end with the line, so no character may break it.
literal() {
  local value=$1
  value=${value//\\/\\\\}
  value=${value//\'/\'\'}
  value=${value//$'\n'/\\n}
  printf "'%s'" "$value"
}

# The password literal of an account. An empty password would let everybody in.
password() {
  local variable="PASSWORD_$1"
  if [[ -z ${!variable:-} ]]; then
    echo "no password for the account $1: \$$variable is empty" >&2
    exit 1
  fi
  literal "${!variable}"
}

# CREATE gives a new account its password, ALTER an old one: both, since neither does both.
# account <name> <host> [options] [whose password]
account() {
  local name="'$1'@'$2'" options=${3:-} secret
  secret=$(password "${4:-$1}")
  echo "CREATE USER IF NOT EXISTS $name IDENTIFIED BY $secret;"
  echo "ALTER USER $name IDENTIFIED BY $secret${options:+ $options};"
}

statements() {
  local database
  # password hashes have no business in binary logs, and every start would write them again
  echo "SET SESSION sql_log_bin = 0;"
  account root localhost
  account exporter localhost 'WITH MAX_USER_CONNECTIONS 3'
  echo "GRANT PROCESS, REPLICATION CLIENT ON *.* TO 'exporter'@'localhost';"
  echo "GRANT SELECT ON performance_schema.* TO 'exporter'@'localhost';"
  # what mysqldump needs, and sentinels (see backup/dump.sh). It sees the name of every database and reads the declared ones only, so
  # that a backup fails where somebody made another, and no password hash can be read
  echo "CREATE DATABASE IF NOT EXISTS strata;"
  account backup % 'REQUIRE SSL'
  echo "GRANT SHOW DATABASES, REPLICATION CLIENT ON *.* TO 'backup'@'%';"
  echo "GRANT FLUSH_TABLES, SHOW_ROUTINE ON *.* TO 'backup'@'%';"
  echo "GRANT SELECT, INSERT, DELETE, CREATE, SHOW VIEW, TRIGGER, EVENT ON strata.* TO 'backup'@'%';"
  # root for restores, from a pod: locked, since a person unlocks it for as long as one runs (see backup/restore.sh)
  account restore % 'REQUIRE SSL ACCOUNT LOCK' root
  echo "GRANT ALL PRIVILEGES ON *.* TO 'restore'@'%' WITH GRANT OPTION;"
  for database; do
    echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"
    account "$database" % 'REQUIRE SSL'
    # in a grant an underscore stands for any character
    echo "GRANT ALL PRIVILEGES ON \`${database//_/\\_}\`.* TO '$database'@'%';"
    echo "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON \`${database//_/\\_}\`.* TO 'backup'@'%';"
  done
}

config=$1
volume=$2
accounts=$3
shift 3

# temporary tables and sorts of a server that was killed
rm -rf "$volume/tmp"
mkdir -p "$volume/tmp"

if [[ ! -d $volume/data ]]; then
  # renamed when complete: a start that is interrupted begins again instead of leaving half a data directory
  rm -rf "$volume/data.new"
  mysqld --defaults-file="$config" --initialize-insecure --datadir="$volume/data.new"
  mv "$volume/data.new" "$volume/data"
fi

umask 077
statements "$@" >"$accounts.new"
mv "$accounts.new" "$accounts"
