#!/usr/bin/env bash
set -euo pipefail

# what diff/markdown.ts begins a comment with
readonly MARKER='<!-- strata diff -->'
readonly CLASSES='fails data interrupts access reach watching cost'
# GitHub's limit of a comment, in characters
readonly LIMIT=65536

usage() {
  cat <<'TEXT'
usage: REPOSITORY=<owner/name> NUMBER=<pull request> [PAGE=<address>] post-review.sh FOLDER

Posts FOLDER/comment.md on the pull request, or puts it in the place of the comment that it posted before; and gives the pull request the
label diff/<class> of each class that FOLDER/classes names, and of no other. The files come from a job that ran code of packages, so they
are not trusted: they are posted as text, and only known classes become labels. Talks to GitHub through gh, with the token in GH_TOKEN.

exit code: 0 posted; 1 refused or not posted; 2 wrong use
TEXT
}

fail() {
  if [ "${GITHUB_ACTIONS-}" = true ]; then echo "::error::$1"; else echo "error: $1"; fi
  exit 1
}

case "$#:${1-}" in
  1:--help) usage; exit 0 ;;
  1:?*) ;;
  *) usage >&2; exit 2 ;;
esac
folder=$1
if ! [[ ${REPOSITORY-} =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ && ${NUMBER-} =~ ^[0-9]+$ ]]; then usage >&2; exit 2; fi

for file in comment.md classes; do
  if [ ! -f "$folder/$file" ] || [ -L "$folder/$file" ]; then fail "$folder/$file is no plain file"; fi
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$folder/comment.md" "$scratch/comment.md"
if [ "$(head -n 1 "$scratch/comment.md")" != "$MARKER" ]; then fail 'the comment does not begin with its marker'; fi
if [ -n "${PAGE-}" ]; then printf '\n[The page with every object side by side](%s)\n' "$PAGE" >>"$scratch/comment.md"; fi
if [ "$(LC_ALL=C.UTF-8 wc -m <"$scratch/comment.md")" -gt "$LIMIT" ]; then fail "the comment is longer than the $LIMIT characters that GitHub takes"; fi

comments=repos/$REPOSITORY/issues/$NUMBER/comments
ours=$(gh api --paginate "$comments" \
  --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$MARKER\"))) | .id")
first=${ours%%$'\n'*}
if [ -n "$first" ]; then
  gh api --silent --method PATCH "repos/$REPOSITORY/issues/comments/$first" -F "body=@$scratch/comment.md"
else
  gh api --silent --method POST "$comments" -F "body=@$scratch/comment.md"
fi

labels=repos/$REPOSITORY/issues/$NUMBER/labels
now=$(gh api --paginate "$labels" --jq '.[].name')
read -r -a found <"$folder/classes" || true
for class in $CLASSES; do
  wanted=no
  for name in "${found[@]}"; do if [ "$name" = "$class" ]; then wanted=yes; fi; done
  has=no
  if grep -qxF "diff/$class" <<<"$now"; then has=yes; fi
  case $wanted:$has in
    yes:no) gh api --silent --method POST "$labels" -f "labels[]=diff/$class" ;;
    no:yes) gh api --silent --method DELETE "$labels/diff%2F$class" ;;
  esac
done
echo "posted on $REPOSITORY#$NUMBER"
