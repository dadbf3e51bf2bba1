#!/usr/bin/env bash
# Build one environment from one lock and put one thing of ours into it:
#   tools/env.sh PYTHON VENV LOCK (--editable . | dist/leeboard-….whl)
# uv does it where it is on PATH; else the interpreter's own venv and pip, from the same lock.
# The build backend is in the lock, so nothing is fetched outside it.
set -euo pipefail
python=$1 venv=$2 lock=$3
shift 3

if [ -z "$python" ]; then
    echo "no Python 3.11 or newer was found; name one: make env PYTHON=/path/to/python3.12" >&2
    exit 1
fi
if command -v uv >/dev/null; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$python" "$venv"
    install=(uv pip install --quiet --python "$venv/bin/python" --compile-bytecode)
else
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || {
        echo "$python -m venv failed; on Debian: apt-get install python3-venv" >&2
        exit 1
    }
    install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
fi
"${install[@]}" --require-hashes -r "$lock"
"${install[@]}" --no-deps --no-build-isolation "$@"
