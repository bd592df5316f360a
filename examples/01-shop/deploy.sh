#!/usr/bin/env bash
# Releases: ./deploy.sh ENVIRONMENT VERSION | rollback | restart | accept
# Instances are replaced one by one. Whether the release is healthy is for the caller to verify.
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
[ $# -eq 2 ] || fail "usage: ./deploy.sh production|staging VERSION|rollback|restart|accept"
post http://127.0.0.1:8100/admin/deploy -G -d "environment=$1" --data-urlencode "version=$2"
