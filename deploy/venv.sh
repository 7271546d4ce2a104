#!/bin/sh
# Makes sure that .venv holds the pinned packages of a requirements file: `sh deploy/venv.sh requirements.txt`.
# Instant when nothing changed. PYTHON names the interpreter to use; without it the newest fit one is looked for.
set -eu

requirements=$1
ready=.venv/.ready
unset PYTHONHOME PYTHONPATH PIP_REQUIRE_VIRTUALENV PIP_USER PIP_TARGET PIP_PREFIX

fail() {
    echo "recado: $1" >&2
    exit 2
}

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 to 3.14: name another, or leave PYTHON away"
        echo "$PYTHON"
        return
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if fits "$name"; then
            echo "$name"
            return
        fi
    done
    fail "no Python 3.11 to 3.14 was found: install one (https://www.python.org/downloads/), or say where it is: make run PYTHON=/path/to/python3"
}

make_environment() {
    python=$(find_python)
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "this Python cannot make virtual environments: on Debian or Ubuntu run: sudo apt-get install python$version-venv"
    echo "Making .venv with Python $version ..."
    mkdir -p .venv
    "$python" -m venv --clear .venv >.venv.log 2>&1 || {
        cat .venv.log >&2
        fail "the virtual environment .venv could not be made; the lines above say why"
    }
    rm -f .venv.log
}

wanted="$requirements $(cksum <"$requirements")"
if [ -x .venv/bin/python ] && grep -qxF "$wanted" "$ready" 2>/dev/null && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

if ! fits .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    make_environment
fi

echo "Installing the packages of $requirements (the first time takes a minute or two) ..."
rm -f "$ready"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
    --requirement "$requirements" >.venv/install.log 2>&1 || {
    tail -n 15 .venv/install.log >&2
    fail "the packages could not be installed; the lines above say why (all of it: .venv/install.log)"
}

# The packages for development are those for running, and more.
{
    echo "$wanted"
    [ "$requirements" = requirements.txt ] || echo "requirements.txt $(cksum <requirements.txt)"
} >"$ready"
