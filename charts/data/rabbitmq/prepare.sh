#!/usr/bin/env bash
# Init container of the server, in its image: writes the definitions with the hashes of passwords, and the cookie by which programs of this pod
# prove that they are of the server. The server reads both at its start.
#
# usage: prepare.sh <definitions> <definitions with hashes> <home> [account…]
# Environment: COOKIE; PASSWORD_<account>, with _ for -, for each account
# Reads        <definitions>, with @HASH_<account>@ where a hash goes
# Writes       <definitions with hashes>; <home>/.erlang.cookie
# Exit code    0 done, 1 a password is empty
set -euo pipefail
umask 077

source=$1 target=$2 home=$3
shift 3

fail() {
  echo "prepare: $1. $2" >&2
  exit 1
}

# hex digits as bytes
# shellcheck disable=SC2001 # ${} has no back reference
bytes() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }

sum() { sha256sum | cut -d ' ' -f 1; }

# hash_of <account> <password>: Base64 of a salt of four bytes and of SHA-256 of salt and password (rabbitmq.com/docs/passwords). The salt
# follows from account and password, so that nothing changes where the password has not.
hash_of() {
  local salt digest
  salt=$(printf '%s:%s' "$1" "$2" | sum)
  salt=${salt:0:8}
  digest=$({ bytes "$salt" && printf '%s' "$2"; } | sum)
  bytes "$salt$digest" | base64 -w 0
}

cp "$source" "$target.new"
for account; do
  variable=PASSWORD_${account//-/_}
  [[ -n ${!variable:-} ]] ||
    fail "the password of $account is empty" "Fill the key password of the Secret rabbitmq-$account"
  sed -i "s|@HASH_$account@|$(hash_of "$account" "${!variable}")|" "$target.new"
done
mv "$target.new" "$target"

[[ -n ${COOKIE:-} ]] || fail 'the cookie is empty' 'Fill the key cookie of the Secret rabbitmq-cookie'
rm -f "$home/.erlang.cookie"
printf '%s' "$COOKIE" >"$home/.erlang.cookie"
chmod 400 "$home/.erlang.cookie"
