#!/usr/bin/env bash
# Restores the newest backup, or the named one, to a scratch file and checks it:
# ./restore.sh --to=data/restored.db [--from=data/backups/FILE]
# The live file is refused as a target.
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
exec "$(python)" -E -s -m shop.backups "$@"
