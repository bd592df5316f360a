#!/usr/bin/env bash
# Settings: ./config.sh set NAME=VALUE [ENVIRONMENT] | undo [ENVIRONMENT]
# Instances read them when they start: ./deploy.sh ENVIRONMENT restart
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
usage="usage: ./config.sh set NAME=VALUE|undo [production|staging]"
case "${1:-}" in
set)
  { [ $# -ge 2 ] && [ $# -le 3 ] && [[ "$2" == *=* ]]; } || fail "$usage"
  post http://127.0.0.1:8100/admin/config -G --data-urlencode "name=${2%%=*}" \
    --data-urlencode "value=${2#*=}" --data-urlencode "environment=${3:-production}"
  ;;
undo)
  [ $# -le 2 ] || fail "$usage"
  post http://127.0.0.1:8100/admin/config -G -d undo=1 --data-urlencode "environment=${2:-production}"
  ;;
*) fail "$usage" ;;
esac
