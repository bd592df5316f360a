#!/usr/bin/env bash
# The whole site: ./site.sh start | stop | status
set -euo pipefail
source "$(dirname "$0")/programs.sh"

start_all() {
  for program in nginx openssl curl setsid; do
    command -v "$program" >/dev/null || fail "the program $program is missing"
  done
  "${SITE_PYTHON:-python3}" -c 'import sys; assert sys.version_info >= (3, 11); print(sys.executable)' \
    >run/python 2>/dev/null || fail "Python 3.11 or newer is missing (SITE_PYTHON names another one)"
  [ -s tls/site.crt ] || ./certificate.sh renew
  ./upstream.sh start 1 2
  ./nginx.sh start
  echo "the site runs on http://127.0.0.1:8200 and https://127.0.0.1:8210"
}

stop_all() {
  for name in nginx upstream-1 upstream-2; do stop "$name"; done
  echo "the site is stopped"
}

status() {
  local missing=0
  for name in nginx upstream-1 upstream-2; do
    if pid=$(pid_of "$name"); then echo "$name runs, pid $pid"; else
      echo "$name is stopped"
      missing=1
    fi
  done
  return "$missing"
}

case "${1:-}" in
start) start_all ;;
stop) stop_all ;;
status) status ;;
*) fail "usage: ./site.sh start|stop|status" ;;
esac
