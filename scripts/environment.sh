#!/bin/sh
# environment.sh FOLDER LOCK: make a virtual environment with the first Python of 3.11 or newer that is found (or the
# one named by PYTHON), and put the pinned uv into it.
set -eu
folder=$1 lock=$2

suits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if ! { [ -x "$folder/bin/python" ] && suits "$folder/bin/python"; }; then
    found=
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3 python}; do
        if suits "$candidate"; then
            found=$candidate
            break
        fi
    done
    if [ -z "$found" ]; then
        echo "Python 3.11 or newer is needed and was not found (${PYTHON:-$(python3 --version 2>/dev/null || echo none)}); name one with PYTHON=/path/to/python." >&2
        exit 1
    fi
    if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$("$found" --version) cannot make environments: install its venv module (on Debian: apt-get install python3-venv)." >&2
        exit 1
    fi
    echo "Making $folder with $("$found" --version) …"
    rm -rf "$folder"
    "$found" -m venv "$folder"
fi
"$folder/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes --requirement "$lock"
