#!/usr/bin/env bash
# The cache: ./cache.sh start | stop
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
case "${1:-}" in
start)
  start cache cache 8121
  await cache http://127.0.0.1:8121/ping
  echo "the cache answers"
  ;;
stop)
  stop cache
  echo "the cache is stopped"
  ;;
*) fail "usage: ./cache.sh start|stop" ;;
esac
