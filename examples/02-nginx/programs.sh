# Starting and ending nginx and the upstreams by their pid files. Sourced by the scripts beside it, never run.
# Every script works in its own folder, so that several copies of the site can run side by side.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here"
mkdir -p run logs tls
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps nginx

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# pid_of NAME: the pid of a running program of this copy; fails when it does not run.
# A pid that now belongs to anything else does not count.
pid_of() {
  local pid
  pid=$(cat "run/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$here" ] || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -e "site/upstream.py" -e "nginx: master" || return 1
  echo "$pid"
}

# stop NAME: ends a program and waits until it is gone; killed after 8 s.
stop() {
  local pid until=$((SECONDS + 8))
  if pid=$(pid_of "$1"); then
    kill "$pid"
    while pid_of "$1" >/dev/null; do
      [ "$SECONDS" -lt "$until" ] || kill -9 "$pid" 2>/dev/null || true
      sleep 0.02
    done
  fi
  rm -f "run/$1.pid"
}

# await NAME URL: waits until a program answers, at most 10 s.
await() {
  local until=$((SECONDS + 10))
  until curl -s -o /dev/null --max-time 2 "$2"; do
    [ "$SECONDS" -lt "$until" ] || fail "$1 does not answer on $2: see logs/"
    sleep 0.02
  done
}

# nginx of this copy. Started by root it keeps root for its workers, who could not read this folder otherwise.
nginx_here() {
  local directives="daemon on;"
  [ "$(id -u)" != 0 ] || directives+=" user root root;"
  command -v nginx >/dev/null || fail "the program nginx is missing"
  env -i PATH="$PATH" LANG=C.UTF-8 nginx -p "$here/" -c nginx.conf -e logs/error.log -g "$directives" "$@"
}
