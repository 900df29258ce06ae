#!/bin/sh
# run in a clone with the history of main; what is left in review/ are a comment and a page
set -eu
base=${1:-origin/main}
mkdir -p review
base=$(git merge-base HEAD "$base")
# 1 means that there are changes; what is wrong use is an error
npx strata diff --base "$base" --output markdown >review/comment.md || [ $? -eq 1 ]
npx strata diff --base "$base" --output html >review/index.html || [ $? -eq 1 ]
npx strata diff --base "$base" --fail-on fails >/dev/null
