#!/usr/bin/env bash
# The database: ./db.sh start | stop | index | read-only | read-write
set -euo pipefail
source "$(dirname "$0")/daemon.sh"
case "${1:-}" in
start)
  start database database 8120
  await database http://127.0.0.1:8120/ping
  echo "the database answers"
  ;;
stop)
  stop database
  echo "the database is stopped"
  ;;
index) post http://127.0.0.1:8120/admin/index ;;
read-only) post "http://127.0.0.1:8120/admin/mode?read_only=1" ;;
read-write) post "http://127.0.0.1:8120/admin/mode?read_only=0" ;;
*) fail "usage: ./db.sh start|stop|index|read-only|read-write" ;;
esac
