#!/usr/bin/env bash
# The whole shop: ./shop.sh start | stop | status
set -euo pipefail
source "$(dirname "$0")/daemon.sh"

start_all() {
  for program in curl setsid; do
    command -v "$program" >/dev/null || fail "the program $program is missing"
  done
  "${SHOP_PYTHON:-python3}" -c 'import sys; assert sys.version_info >= (3, 11); print(sys.executable)' \
    >run/python 2>/dev/null || fail "Python 3.11 or newer is missing (SHOP_PYTHON names another one)"
  start database database 8120
  start staging-database database 8119 --port 8119 --file data/staging.db --rows 2000
  start cache cache 8121
  start payments payments 8122
  start balancer balancer 8100
  await database http://127.0.0.1:8120/ping
  await staging-database http://127.0.0.1:8119/ping
  await cache http://127.0.0.1:8121/ping
  # A shop that was stopped with fewer instances or a bad release comes back that way: it is there, not healthy.
  local until=$((SECONDS + 10))
  until curl -s --max-time 2 http://127.0.0.1:8100/health | grep -q '"status": "healthy"'; do
    pid_of balancer >/dev/null || fail "balancer ended: $(tail -n 1 logs/balancer.log)"
    if [ "$SECONDS" -ge "$until" ]; then
      echo "the shop runs, but it is not healthy: curl http://127.0.0.1:8100/instances" >&2
      break
    fi
    sleep 0.02
  done
  start load load 0
  echo "the shop runs on http://127.0.0.1:8100"
}

stop_all() {
  for name in load balancer payments cache database staging-database; do stop "$name"; done
  echo "the shop is stopped"
}

status() {
  local missing=0
  for name in database staging-database cache payments balancer load; do
    if pid=$(pid_of "$name"); then echo "$name runs, pid $pid"; else
      echo "$name is stopped"
      missing=1
    fi
  done
  curl -s --max-time 2 http://127.0.0.1:8100/health || true
  return "$missing"
}

case "${1:-}" in
start) start_all ;;
stop) stop_all ;;
status) status ;;
*) fail "usage: ./shop.sh start|stop|status" ;;
esac
