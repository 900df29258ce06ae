#!/bin/sh
# Init container of the server, in its image: writes the users file from the rules and the passwords. The server reads it at its start.
# Passwords are in it as SHA-256 sums; every password is random, 32 characters long.
#
# usage: prepare.sh <rules> <users file>
# Environment: PASSWORD_<account>, with _ for -, for each account of the rules
# Reads        <rules>, lines `account rules…`
# Writes       <users file>
# Exit code    0 done, 1 an account has no password
set -eu
umask 077

rules=$1 users=$2

password_of() {
  eval "printf '%s' \"\${PASSWORD_$(echo "$1" | tr - _):-}\""
}

{
  echo 'user default off resetpass resetkeys resetchannels -@all'
  # for the kubelet: tells that the server answers, and nothing else
  echo 'user probe on nopass resetkeys resetchannels -@all +ping'
  while read -r account rest; do
    password=$(password_of "$account")
    if [ -z "$password" ]; then
      echo "prepare: the password of $account is empty. Fill the key password of the Secret redis-$account" >&2
      exit 1
    fi
    sum=$(printf '%s' "$password" | sha256sum | cut -d ' ' -f 1)
    echo "user $account on #$sum $rest"
  done <"$rules"
} >"$users.new"
mv "$users.new" "$users"
