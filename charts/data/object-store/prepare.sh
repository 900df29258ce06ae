#!/bin/sh
# Init container of the server, in its image: writes the identities with the secrets of their accounts. The server reads them at its start.
#
# usage: prepare.sh <identities> <folder> <identities with secrets>
# Reads        <identities>, with @SECRET_<account>@ where a secret goes; <folder>/<account>, the secret of each
# Writes       <identities with secrets>
# Exit code    0 done, 1 a secret is empty or holds other characters than keys of S3 have
set -eu
umask 077

source=$1 folder=$2 target=$3

fail() {
  echo "prepare: $1. $2" >&2
  exit 1
}

cp "$source" "$target.new"
for file in "$folder"/*; do
  account=${file##*/}
  remedy="Fill the key secret-access-key of the Secret object-store-$account"
  secret=$(cat "$file")
  case $secret in
    '') fail "the secret of $account is empty" "$remedy" ;;
    *[!A-Za-z0-9/+=]*) fail "the secret of $account has other characters than letters, digits and / + =" "$remedy" ;;
  esac
  sed -i "s|@SECRET_$account@|$secret|" "$target.new"
done
if grep -q '@SECRET_' "$target.new"; then
  fail "$(grep -o '@SECRET_[^@]*@' "$target.new" | head -n 1) has no file in $folder" 'Is a Secret missing?'
fi
mv "$target.new" "$target"
