#!/usr/bin/env bash
# Payments: ./payments.sh fallback on | fallback off | settle
# With the fallback on, an order whose card cannot be charged is taken and charged later, by `settle`.
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
case "${*:-}" in
"fallback on") post "http://127.0.0.1:8100/admin/fallback?on=1" ;;
"fallback off") post "http://127.0.0.1:8100/admin/fallback?on=0" ;;
settle) post http://127.0.0.1:8100/settle ;;
*) fail "usage: ./payments.sh fallback on|fallback off|settle" ;;
esac
