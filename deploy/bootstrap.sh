#!/bin/sh
# Bring .venv to the state of requirements.lock; quick when it is there already. Used by every make target.
set -eu
cd "$(dirname "$0")/.."
unset PYTHONHOME PYTHONPATH

wanted=$(cksum <requirements.lock)
if [ "$(cat .venv/.installed 2>/dev/null || true)" = "$wanted" ] &&
    .venv/bin/python -c 'import importlib.util as u, sys; sys.exit(u.find_spec("flask") is None)' 2>/dev/null; then
    exit 0
fi

enough='import sys; sys.exit(sys.version_info < (3, 11))'
old= incomplete=
for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    command -v "$python" >/dev/null 2>&1 || continue
    if ! "$python" -c "$enough" 2>/dev/null; then
        old="$old $python"
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        incomplete="$incomplete $python"
    else
        exec "$python" deploy/bootstrap.py "$wanted"
    fi
done

if [ -n "$incomplete" ]; then
    name=$("${incomplete##* }" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "Python is here ($incomplete ), but without what makes virtual environments." >&2
    echo "On Debian or Ubuntu: apt-get install python3-venv    (or $name)" >&2
elif [ -n "$old" ]; then
    echo "Yigou needs Python 3.11 or newer; found only:$old. Install python3.11 or newer," >&2
    echo "or name one: make PYTHON=/path/to/python3.12 ..." >&2
else
    echo "Yigou needs Python 3.11 or newer, and there is no python3 on the PATH." >&2
    echo "On Debian or Ubuntu: apt-get install python3 python3-venv    On macOS: brew install python" >&2
fi
exit 1
