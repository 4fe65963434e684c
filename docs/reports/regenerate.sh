#!/bin/sh
# Usage: regenerate.sh [NAME ...]. Grades datasette, prometheus and webdis (or those named) and puts their reports here.
# `readiness` and the services must be on the PATH; README.md beside this file says how they get there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here"/*.yaml "$here"/*.yml "$here"/*.sh "$here"/*.py "$folder"
cd "$folder"
python3 make_fish.py
for name in ${*:-datasette prometheus webdis}; do
    begun=$(date +%s)
    code=0
    readiness run --config "$name.readiness.yaml" --output "runs-$name" > "$name.txt" 2>&1 || code=$?
    report=$(find "runs-$name" -name report.html)
    [ -n "$report" ] || { cat "$name.txt"; exit 1; }
    cp "$report" "$here/$name.html"
    echo "$name: exit code $code after $(($(date +%s) - begun)) s"
    grep -E '^│ +(Score|Coverage|Duration|Machine) ' "$name.txt" | sed 's/│//g'
done
