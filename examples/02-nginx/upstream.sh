#!/usr/bin/env bash
# The servers behind nginx: ./upstream.sh start 1 2 | stop 1 | restart 2
set -euo pipefail
source "$(dirname "$0")/programs.sh"

port_of() {
  case "$1" in
  1) echo 8201 ;;
  2) echo 8202 ;;
  *) fail "there is no upstream $1: choose from 1 2" ;;
  esac
}

start() {
  local port python
  port=$(port_of "$1")
  if pid_of "upstream-$1" >/dev/null; then
    echo "upstream $1 already runs"
    return
  fi
  python=$(cat run/python 2>/dev/null || command -v python3) || fail "python3 is missing"
  env -i PATH="$PATH" LANG=C.UTF-8 setsid "$python" -E -s site/upstream.py "$1" "$port" \
    </dev/null >>"logs/upstream-$1.log" 2>&1 &
  echo $! >"run/upstream-$1.pid"
  await "upstream $1" "http://127.0.0.1:$port/health"
  echo "upstream $1 answers"
}

action=${1:-}
[ $# -ge 2 ] || fail "usage: ./upstream.sh start|stop|restart NUMBER…"
shift
for number in "$@"; do
  port_of "$number" >/dev/null
  case "$action" in
  start) start "$number" ;;
  stop)
    stop "upstream-$number"
    echo "upstream $number is stopped"
    ;;
  restart)
    stop "upstream-$number"
    start "$number"
    ;;
  *) fail "usage: ./upstream.sh start|stop|restart NUMBER…" ;;
  esac
done
