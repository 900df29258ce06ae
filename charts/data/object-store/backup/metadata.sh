#!/bin/sh
# Called by rclone for each object that it puts (rclone.org/docs, --metadata-mapper): says the attributes that the object had.
#
# usage: metadata.sh
# Environment: WORK
# Reads        the object as JSON on stdin, of which the line `"Remote": "<name>",` counts; $WORK/attributes/<name>.json
# Writes       {"Metadata":{…}} to stdout; without attributes where the set has none of it
set -eu

name=$(sed -nE 's/^[[:space:]]*"Remote": "(.*)",$/\1/p')
cat "${WORK:-/work}/attributes/$name.json" 2>/dev/null || echo '{"Metadata":{}}'
