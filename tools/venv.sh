#!/bin/sh
# Installs the packages of the lock files into .venv: sh tools/venv.sh user|dev|spark [PYTHON]
#
# A .venv that starts is kept, and changed packages are installed into it; otherwise a new one is made. Both print why.
# PYTHON is the wanted interpreter; without it, the interpreter of .venv is kept.
set -eu
cd "$(dirname "$0")/.."
kind=$1
named=${2:-}
here=$(pwd -P)
# Written after a complete installation and removed before the next: the project's folder and the Python of .venv.
stamp=.venv/.installed

recorded() { sed -n "s/^$1 //p" "$stamp"; }
version() { "$1" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
base() { "$1" -I -c 'import os, sys; print("%d.%d" % sys.version_info[:2], os.path.realpath(sys._base_executable))' 2>/dev/null; }
pip() { .venv/bin/python -m pip "$@" --quiet --disable-pip-version-check; }

# With uv, which developers have, an installation takes half of the time. uv reads no settings of pip, such as the index
# of a company: where uv fails, pip is tried.
install() {
    if [ -x .venv/bin/uv ]; then
        .venv/bin/uv pip install --quiet --python .venv/bin/python "$@" && return
        echo "uv could not install this; pip is tried, which reads pip's settings."
    fi
    pip install "$@"
}

must_be_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    echo "authmeter needs Python 3.11 or newer, but $1 is not; name another: make setup PYTHON=python3.12" >&2
    exit 1
}

# Prints why .venv cannot be used, or nothing.
fault() {
    if [ ! -s "$stamp" ]; then
        echo "its last setup did not finish"
    elif [ "$(recorded place)" != "$here" ]; then
        echo "the project was at $(recorded place) before"
    elif [ "$(version .venv/bin/python)" != "$(recorded python | cut -d ' ' -f 1)" ]; then
        echo "its Python, $(recorded python), no longer exists"
    elif [ -n "$named" ] && [ "$(base "$named")" != "$(recorded python)" ]; then
        echo "it was made with Python $(recorded python)"
    fi
}

make_anew() {
    python=${named:-python3}
    must_be_new_enough "$python"
    made_of=$(base "$python")
    echo "Making .venv with Python $made_of: $1."
    # Only the link goes: it can lead to the environment of another project, which would be emptied.
    [ ! -L .venv ] || rm .venv
    rm -f "$stamp"
    "$python" -m venv --clear .venv
}

# Installs the packages of a lock file unless its copy in .venv shows that they are installed already.
bring() {
    file=$1
    shift
    cmp -s "$file" ".venv/$file" && return
    if [ -s "$stamp" ]; then
        echo "Updating .venv: $file changed since it was installed."
        # A failed download must not destroy a working environment.
        install --dry-run "$@"
        made_of=$(recorded python)
        rm -f "$stamp"
    fi
    install "$@"
    cp "$file" ".venv/$file"
}

if [ ! -e .venv ] && [ ! -L .venv ]; then
    make_anew "it did not exist"
else
    fault=$(fault)
    [ -z "$fault" ] || make_anew "$fault"
fi
[ "$kind" != dev ] || bring requirements-uv.lock --require-hashes -r requirements-uv.lock
# The pip of Python 3.11 takes 40 % longer.
[ -x .venv/bin/uv ] || bring requirements-pip.lock --require-hashes -r requirements-pip.lock
# Compiling takes 40 % of an installation, and most modules are never imported. Only users get compiled modules: their
# first run would wait for it.
no_compile=--no-compile
[ "$kind" != user ] || no_compile=
bring requirements.lock $no_compile --require-hashes -r requirements.lock
bring pyproject.toml --no-deps --no-build-isolation -e .
[ "$kind" != dev ] || bring requirements-dev.lock $no_compile --require-hashes -r requirements-dev.lock
# PySpark comes as source. Compressing its 480 MB into a wheel, only to unpack them again, takes half of the time.
stored=--config-settings=--build-option=--compression=stored
[ "$kind" != spark ] || bring requirements-spark.lock $no_compile $stored --require-hashes -r requirements-spark.lock
[ -s "$stamp" ] || printf 'place %s\npython %s\n' "$here" "$made_of" >"$stamp"
