#!/bin/sh
# Builds the environments of the peers: sh oracles/envs.sh [NAME ...]
# They go to .oracles/ in the checkout, or to $LEEBOARD_ORACLES. PYTHON names the interpreter.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
home=${LEEBOARD_ORACLES:-$here/../.oracles}
python=${PYTHON:-python3}
[ $# -gt 0 ] || set -- oracle evidently nannyml alibi ppi limit river schemathesis
mkdir -p "$home"
for name in "$@"; do
    wanted=$here/requirements/$name.txt
    if [ ! -f "$wanted" ]; then
        echo "envs.sh: no environment called $name; there are:" >&2
        ls "$here/requirements" | sed 's/\.txt$//' >&2
        exit 2
    fi
    if command -v uv >/dev/null 2>&1; then
        [ -x "$home/$name/bin/python" ] || uv venv --quiet -p "$python" "$home/$name"
        uv pip install --quiet --python "$home/$name/bin/python" -r "$wanted"
    else
        [ -x "$home/$name/bin/python" ] || "$python" -m venv "$home/$name"
        "$home/$name/bin/python" -m pip install --quiet -r "$wanted"
    fi
    echo "$name: ready"
done
