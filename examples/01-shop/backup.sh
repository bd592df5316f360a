#!/usr/bin/env bash
# A backup of the orders, with a fingerprint of its content, in data/backups and a copy elsewhere: ./backup.sh
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
[ $# -eq 0 ] || fail "usage: ./backup.sh"
made=$(post http://127.0.0.1:8120/admin/backup) || fail "${made:-the database does not answer}"
file=${made%% *}
mkdir -p data/backups-elsewhere
cp "$file" "${file%.db}.json" data/backups-elsewhere/
cmp -s "$file" "data/backups-elsewhere/$(basename "$file")" || fail "the copy in data/backups-elsewhere differs"
echo "$made"
