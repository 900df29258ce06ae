#!/usr/bin/env bash
set -euo pipefail

readonly BOT_NAME='github-actions[bot]'
# user id and login of that bot, as the README of actions/checkout v7.0.1 gives them
readonly BOT_EMAIL='41898282+github-actions[bot]@users.noreply.github.com'
readonly SUBJECT='Render dist/'

usage() {
  cat <<'TEXT'
usage: BRANCH=<branch> commit-dist.sh FILE

Commits the dist/ that check-dist.sh packed into FILE on top of HEAD, which must be the commit it was rendered from, and pushes
that to BRANCH of `origin`. The archive comes from a job that ran code of packages, so it is not trusted: only plain files under
dist/ are taken, and nothing of it is run.

exit code: 0 pushed, or dist/ was up to date; 1 refused or not pushed; 2 wrong use
TEXT
}

fail() {
  if [ "${GITHUB_ACTIONS-}" = true ]; then echo "::error::$1"; else echo "error: $1"; fi
  exit 1
}

refuse() { fail "the archive is refused: $1"; }

# Fails unless the archive holds nothing but folders and plain files below dist/, whose names need no quoting and do not begin with
# a dot (.., .git, .gitattributes) or a dash. Both listings give one line per member, with line breaks in names escaped.
check_archive() {
  local plain='^dist(/[A-Za-z0-9_][A-Za-z0-9._ -]*)*/?$' members names name
  members=$(tar -tvf "$1") || refuse 'it is no tar archive'
  if grep -q '^[^-d]' <<<"$members"; then refuse 'it holds a link or a special file'; fi
  grep -q '^-' <<<"$members" || refuse 'it holds no file'
  names=$(tar -tf "$1")
  if grep -qx dist <<<"$names"; then refuse 'dist is no folder'; fi
  while IFS= read -r name; do
    [[ $name =~ $plain ]] || refuse "$(printf '%q' "$name") is no plain path below dist/"
  done <<<"$names"
}

# Puts the files of the archive in the place of dist/ and stages the difference. Links are not followed: the old dist/ goes first.
replace_dist() {
  tar -xf "$1" -C "$scratch" --no-same-owner
  find "$scratch/dist" -type f -exec chmod 644 {} +
  rm -rf dist
  mv "$scratch/dist" dist
  git add --all --force -- dist
  if ! git diff --cached --quiet HEAD -- . ':(exclude)dist'; then fail 'something outside dist/ is staged'; fi
}

commit() {
  if [ "$(git log -1 --format='%ae %s')" = "$BOT_EMAIL $SUBJECT" ]; then
    fail "$rendered_from is a render already, yet another render gives other files: find what changes from run to run"
  fi
  export GIT_AUTHOR_NAME=$BOT_NAME GIT_AUTHOR_EMAIL=$BOT_EMAIL GIT_COMMITTER_NAME=$BOT_NAME GIT_COMMITTER_EMAIL=$BOT_EMAIL
  git commit --quiet -m "$SUBJECT" \
    -m "Rendered from $rendered_from by .github/workflows/render.yml"
}

# The lease makes the server compare: nothing is pushed unless the branch still is at the commit that was rendered.
push() {
  git push --quiet --force-with-lease="refs/heads/$BRANCH:$rendered_from" \
    origin "HEAD:refs/heads/$BRANCH"
}

# A dist/ must not be put on sources that it was not rendered from, so only a push that failed for another reason is tried again.
push_or_say_why() {
  local now
  if push; then return; fi
  now=$(git ls-remote origin "refs/heads/$BRANCH" | cut -f1)
  if [ "$now" = "$rendered_from" ]; then
    echo 'the push failed and the branch has not moved: trying once more'
    push || fail "dist/ could not be pushed to $BRANCH: see the message of git above"
  else
    fail "$BRANCH moved from $rendered_from to ${now:-nothing} meanwhile: nothing was pushed, the run of the newer commit renders it"
  fi
}

case "$#:${1-}" in
  1:--help) usage; exit 0 ;;
  1:?*) ;;
  *) usage >&2; exit 2 ;;
esac
if ! git check-ref-format "refs/heads/${BRANCH-}"; then usage >&2; exit 2; fi
case $1 in /*) archive=$1 ;; *) archive=$PWD/$1 ;; esac

cd "$(git rev-parse --show-toplevel)"
rendered_from=$(git rev-parse HEAD)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

check_archive "$archive"
replace_dist "$archive"
if git diff --cached --quiet HEAD; then
  echo 'dist/ is up to date: nothing to commit'
  exit 0
fi
commit
push_or_say_why
echo "pushed $(git rev-parse HEAD) to $BRANCH: $(git show --format= --shortstat HEAD)"
