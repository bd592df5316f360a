#!/usr/bin/env bash
# So many instances in production: ./scale.sh --replicas=3 [--memory=256M]
# Starts those that ended; the memory limit holds for every instance from now on.
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
arguments=()
for argument in "$@"; do
  case "$argument" in
  --replicas=* | --memory=*) arguments+=(--data-urlencode "${argument#--}") ;;
  *) fail "usage: ./scale.sh --replicas=N [--memory=256M]" ;;
  esac
done
[ ${#arguments[@]} -gt 0 ] || fail "usage: ./scale.sh --replicas=N [--memory=256M]"
post http://127.0.0.1:8100/admin/scale -G "${arguments[@]}"
