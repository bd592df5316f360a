#!/usr/bin/env bash
# Names everything that is missing before anything is installed. Called by the Makefile with the Python to use.
set -u
python=${1:-python3}
missing=()
command -v "$python" >/dev/null 2>&1 || missing+=("$python (Python 3.11 or newer)")
if command -v "$python" >/dev/null 2>&1; then
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    missing+=("Python 3.11 or newer ($python is $("$python" -c 'import platform; print(platform.python_version())'))")
  "$python" -c 'import venv, ensurepip' 2>/dev/null || missing+=("Python's venv module (Debian: python3-venv)")
fi
for program in bash curl; do
  command -v "$program" >/dev/null 2>&1 || missing+=("$program")
done
[ "$(uname -s)" = Linux ] || missing+=("Linux (this is $(uname -s))")
if [ ${#missing[@]} -gt 0 ]; then
  echo "Watchbook needs what this machine does not have:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  echo "Install these, then call make again." >&2
  exit 1
fi
