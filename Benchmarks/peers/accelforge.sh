#!/bin/sh
# Compares `tilebound curve` with AccelForge's two-memory mapper; see README.md.
#
#   PYTHON     a Python 3.12 or newer (default: the first of python3.14, python3.13, python3.12, python3 that is)
#   TILEBOUND  the program (default: .build/release/tilebound of this repository)
set -eu

version=1.0.467
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)

say_and_exit() {
  echo "accelforge.sh: $1" >&2
  exit 64
}

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null
}

tilebound=${TILEBOUND:-$here/../../.build/release/tilebound}
command -v "$tilebound" >/dev/null 2>&1 ||
  say_and_exit "$tilebound is not there: build it with 'swift build -c release', or set TILEBOUND"

installed=$here/.venv/accelforge-$version
if ! [ -e "$installed" ] || ! is_new_enough "$here/.venv/bin/python"; then
  python=
  for candidate in ${PYTHON:-python3.14 python3.13 python3.12 python3}; do
    if is_new_enough "$candidate"; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || say_and_exit "a Python 3.12 or newer is needed: install one, or set PYTHON to it"
  echo "accelforge.sh: installing accelforge $version in $here/.venv" >&2
  rm -rf "$here/.venv"
  "$python" -m venv "$here/.venv"
  "$here/.venv/bin/pip" install --quiet --disable-pip-version-check "accelforge==$version" >&2
  touch "$installed"
fi

exec "$here/.venv/bin/python" "$here/compare.py" --tilebound "$tilebound" "$@"
