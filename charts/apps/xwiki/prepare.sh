#!/usr/bin/env bash
# Runs before XWiki, which writes its settings into its own web application: puts a copy where that is possible although the root is
# read-only, makes the trust store for the database's certificate, and waits for the database.
#
# usage: prepare.sh <webapps> <copy> <ca.crt> <trust store> <host> <port>
set -euo pipefail

webapps=$1 copy=$2 authority=$3 store=$4 host=$5 port=$6

# fresh at every start of the pod: a changed setting or password counts
rm -rf "${copy:?}/ROOT"
cp -r "$webapps/ROOT" "$copy/ROOT"

# newer images log to files of the data volume too, up to 3 GB; the console has it all
sed -i '/ref="filelog"/d' "$copy/ROOT/WEB-INF/classes/logback.xml"

# JKS: its certificates can be read without a password, which the JDBC driver does when it is given none
rm -f "$store"
keytool -importcert -noprompt -trustcacerts -alias database -file "$authority" \
  -keystore "$store" -storetype JKS -storepass "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"

# shellcheck disable=SC2016 # the inner shell expands them
until timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>/dev/null; do
  echo "waiting for $host:$port"
  sleep 3
done
