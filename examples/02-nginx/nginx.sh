#!/usr/bin/env bash
# nginx: ./nginx.sh start | stop | reload | test
set -euo pipefail
source "$(dirname "$0")/programs.sh"
case "${1:-}" in
start)
  if pid_of nginx >/dev/null; then
    echo "nginx already runs"
    exit
  fi
  nginx_here </dev/null >/dev/null 2>>logs/error.log || fail "nginx does not start: $(tail -n 1 logs/error.log)"
  await nginx http://127.0.0.1:8200/nginx/status
  echo "nginx answers"
  ;;
stop)
  stop nginx
  echo "nginx is stopped"
  ;;
reload)
  pid=$(pid_of nginx) || fail "nginx does not run"
  nginx_here -t 2>/dev/null || fail "the configuration is refused and the old one stays: $(nginx_here -t 2>&1 | head -n 1)"
  kill -HUP "$pid"
  echo "nginx reads its configuration again"
  ;;
test)
  nginx_here -t
  ;;
*) fail "usage: ./nginx.sh start|stop|reload|test" ;;
esac
