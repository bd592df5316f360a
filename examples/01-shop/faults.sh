#!/usr/bin/env bash
# Breaks the shop, and puts it right again: ./faults.sh NAME | reset | status | list
# Each fault is one that happens: a program that died, a leak, a release nobody tried, an index that is gone.
set -euo pipefail
source "$(dirname "$0")/daemon.sh"

instances() { curl -sS --max-time 5 http://127.0.0.1:8100/instances; }

# Pids of the instances of production that run.
pids() { instances | grep -o '"pid": [0-9]*' | grep -o '[0-9]*'; }

kill_program() {
  local pid
  pid=$(pid_of "$1") || fail "$1 does not run"
  kill -9 "$pid"
}

break_it() {
  case "$1" in
  database) kill_program database ;;
  memory)
    # The accountants' export holds every order in memory: more than one instance may have.
    if curl -fsS -o /dev/null --max-time 20 -X POST http://127.0.0.1:8102/export 2>/dev/null; then
      fail "the export fitted into the memory limit; nothing is broken"
    fi
    ;;
  deployment) ./deploy.sh production 2.0.0 ;;
  errors) post "http://127.0.0.1:8122/admin/failing?on=1" ;;
  latency) post http://127.0.0.1:8120/admin/drop-index ;;
  outage) pids | xargs kill ;;
  cache) kill_program cache ;;
  crash) kill -SEGV "$(pids | tail -n 1)" ;;
  *) fail "there is no fault $1: choose from $(list | cut -d ' ' -f 1 | paste -s -d ' ')" ;;
  esac
  # Broken is what can be seen: the balancer needs a moment to notice that an instance has ended.
  local until=$((SECONDS + 10))
  until status | grep -qx "$1"; do
    [ "$SECONDS" -lt "$until" ] || fail "$1 was broken and cannot be seen: ./faults.sh status"
    sleep 0.05
  done
  echo "$1: broken"
}

list() {
  cat <<'END'
database     ends the database process
memory       an export needs more memory than an instance may have
deployment   rolls out release 2.0.0, which needs a setting that production does not have
errors       the payment API answers 500
latency      drops the index that every order needs
outage       ends all instances
cache        ends the cache
crash        an instance dies of a fault of its own
END
}

# What is broken now, one name a line, or `none`; looked at, not remembered.
status() {
  local found=0 seen
  say() {
    echo "$1"
    found=1
  }
  curl -fs -o /dev/null --max-time 2 http://127.0.0.1:8120/ping || say database
  curl -fs -o /dev/null --max-time 2 http://127.0.0.1:8121/ping || say cache
  curl -fs -o /dev/null --max-time 2 http://127.0.0.1:8122/health || say errors
  if seen=$(curl -fs --max-time 2 http://127.0.0.1:8120/explain/orders); then
    grep -q "USING INDEX" <<<"$seen" || say latency
  fi
  cmp -s run/release.production run/release.known-good || say deployment
  if seen=$(instances 2>/dev/null); then
    case "$seen" in
    *'"running": 0'*) say outage ;;
    *'"out of memory"'*) say memory ;;
    *'"ended"'*) say crash ;;
    esac
  else
    say balancer
  fi
  [ "$found" = 1 ] || echo none
}

reset() {
  for name in database staging-database cache payments balancer; do
    pid_of "$name" >/dev/null || {
      ./shop.sh start >/dev/null
      break
    }
  done
  post "http://127.0.0.1:8122/admin/failing?on=0" >/dev/null
  ./db.sh index >/dev/null
  ./db.sh read-write >/dev/null
  ./payments.sh fallback off >/dev/null
  cmp -s run/release.production run/release.known-good || ./deploy.sh production rollback >/dev/null
  ./scale.sh --replicas=3 --memory=128M >/dev/null
  local until=$((SECONDS + 10))
  until instances | grep -q '"healthy": 3'; do
    [ "$SECONDS" -lt "$until" ] || fail "the shop does not get healthy: curl http://127.0.0.1:8100/instances"
    sleep 0.05
  done
  ./payments.sh settle >/dev/null
  echo "the shop is healthy"
}

case "${1:-}" in
list | status | reset) "$1" ;;
"") fail "usage: ./faults.sh NAME|reset|status|list" ;;
*) break_it "$1" ;;
esac
