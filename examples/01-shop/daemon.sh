# Starting and ending the shop's programs by their pid files. Sourced by the scripts beside it, never run.
# Every script works in its own folder, so that several copies of the shop can run side by side.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here"
mkdir -p run logs data

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# The Python that the shop was started with; `shop.sh start` writes it down.
python() {
  if [ -s run/python ]; then cat run/python; else command -v python3 || fail "python3 is missing"; fi
}

# pid_of NAME: the pid of a running program of this copy; fails when it does not run.
# A pid that now belongs to anything else does not count.
pid_of() {
  local pid
  pid=$(cat "run/$1.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  [ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$here" ] || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -e "-m shop\." || return 1
  echo "$pid"
}

# start NAME MODULE PORT [ARGUMENT…]: starts a program, detached, with nothing of the caller's environment.
start() {
  local name=$1 module=$2 port=$3
  shift 3
  if pid_of "$name" >/dev/null; then
    echo "$name already runs"
    return
  fi
  # A port of 0: a program that listens nowhere.
  if [ "$port" != 0 ] && (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "port $port is in use by another program; $name is not started"
  fi
  env -i PATH="$PATH" LANG=C.UTF-8 setsid "$(python)" -E -s -m "shop.$module" "$@" \
    </dev/null >>"logs/$name.log" 2>&1 &
  echo $! >"run/$name.pid"
  # Until it has become the program, it is a copy of this script, which pid_of does not know.
  while kill -0 $! 2>/dev/null && ! pid_of "$name" >/dev/null; do sleep 0.01; done
}

# await NAME URL: waits until a program answers, at most 10 s.
await() {
  local until=$((SECONDS + 10))
  until curl -fs -o /dev/null --max-time 2 "$2"; do
    pid_of "$1" >/dev/null || fail "$1 ended: $(tail -n 1 "logs/$1.log")"
    [ "$SECONDS" -lt "$until" ] || fail "$1 does not answer on $2: see logs/$1.log"
    sleep 0.02
  done
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

# post URL [CURL ARGUMENT…]: asks for a change; prints the answer, and fails where it is an error.
post() {
  curl -sS --fail-with-body --max-time 60 -X POST "$@"
}
