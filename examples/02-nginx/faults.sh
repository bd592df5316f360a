#!/usr/bin/env bash
# Breaks the site, and puts it right again: ./faults.sh NAME | reset | status | list
set -euo pipefail
source "$(dirname "$0")/programs.sh"

list() {
  cat <<'END'
nginx            ends nginx
one-upstream     ends the second server behind nginx
both-upstreams   ends both servers behind nginx
certificate      puts a certificate in place that ends in nine days
END
}

kill_program() {
  local pid
  pid=$(pid_of "$1") || fail "$1 does not run"
  kill -9 "$pid"
}

kill_nginx() {
  local pid workers
  pid=$(pid_of nginx) || fail "nginx does not run"
  workers=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true)
  # shellcheck disable=SC2086 # several pids
  kill -9 "$pid" $workers
}

# What is broken now, one name a line, or `none`; looked at, not remembered.
status() {
  local found=0 gone=()
  say() {
    echo "$1"
    found=1
  }
  curl -s -o /dev/null --max-time 2 http://127.0.0.1:8200/nginx/status || say nginx
  curl -fs -o /dev/null --max-time 2 http://127.0.0.1:8201/health || gone+=(1)
  curl -fs -o /dev/null --max-time 2 http://127.0.0.1:8202/health || gone+=(2)
  case "${#gone[@]}" in
  1) say one-upstream ;;
  2) say both-upstreams ;;
  esac
  openssl x509 -in tls/site.crt -noout -checkend 1209600 >/dev/null 2>&1 || say certificate
  [ "$found" = 1 ] || echo none
}

reset() {
  openssl x509 -in tls/site.crt -noout -checkend 1209600 >/dev/null 2>&1 || ./certificate.sh renew >/dev/null
  ./upstream.sh start 1 2 >/dev/null
  ./nginx.sh start >/dev/null
  echo "the site is healthy"
}

case "${1:-}" in
nginx) kill_nginx ;;
one-upstream) kill_program upstream-2 ;;
both-upstreams)
  kill_program upstream-1
  kill_program upstream-2
  ;;
certificate) ./certificate.sh renew --days=9 ;;
list | status | reset) "$1" ;;
"") fail "usage: ./faults.sh NAME|reset|status|list" ;;
*) fail "there is no fault $1: choose from $(list | cut -d ' ' -f 1 | paste -s -d ' ')" ;;
esac
