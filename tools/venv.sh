#!/bin/sh
# Brings .venv to what the locks say: sh tools/venv.sh user|dev|spark [PYTHON]
#
# A .venv that can start is kept, and what changed in the locks is installed into it; another is made anew. Both say why.
# PYTHON is the interpreter that the caller asks for by name; without one, whichever .venv has is right.
set -eu
cd "$(dirname "$0")/.."
kind=$1
named=${2:-}
here=$(pwd -P)
# Written when all is installed, removed before anything is: where the project was, and of which Python .venv was made.
stamp=.venv/.installed

recorded() { sed -n "s/^$1 //p" "$stamp"; }
version() { "$1" -I -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
base() { "$1" -I -c 'import os, sys; print("%d.%d" % sys.version_info[:2], os.path.realpath(sys._base_executable))' 2>/dev/null; }
pip() { .venv/bin/python -m pip "$@" --quiet --disable-pip-version-check; }

must_be_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    echo "authmeter needs Python 3.11 or newer, and $1 is none; name one: make setup PYTHON=python3.12" >&2
    exit 1
}

# Why .venv cannot be used; nothing where it can.
fault() {
    if [ ! -s "$stamp" ]; then
        echo "no set-up of it came to its end"
    elif [ "$(recorded place)" != "$here" ]; then
        echo "the project was at $(recorded place) before"
    elif [ "$(version .venv/bin/python)" != "$(recorded python | cut -d ' ' -f 1)" ]; then
        echo "its Python, $(recorded python), is gone"
    elif [ -n "$named" ] && [ "$(base "$named")" != "$(recorded python)" ]; then
        echo "it is of Python $(recorded python)"
    fi
}

make_anew() {
    python=${named:-python3}
    must_be_new_enough "$python"
    made_of=$(base "$python")
    echo ".venv is made with Python $made_of: $1."
    rm -f "$stamp"
    "$python" -m venv --clear .venv
}

# Installs what a file asks for, unless it is what was installed last; a copy of it in .venv tells.
bring() {
    file=$1
    shift
    cmp -s "$file" ".venv/$file" && return
    if [ -s "$stamp" ]; then
        echo ".venv is brought up to date: $file is not what was installed."
        # What cannot be fetched must not cost an environment that works.
        pip install --dry-run "$@"
        made_of=$(recorded python)
        rm -f "$stamp"
    fi
    pip install "$@"
    cp "$file" ".venv/$file"
}

if [ ! -e .venv ] && [ ! -L .venv ]; then
    make_anew "there was none"
else
    fault=$(fault)
    [ -z "$fault" ] || make_anew "$fault"
fi
bring requirements.lock --require-hashes -r requirements.lock
bring pyproject.toml --no-deps --no-build-isolation -e .
[ "$kind" != dev ] || bring requirements-dev.lock --require-hashes -r requirements-dev.lock
[ "$kind" != spark ] || bring requirements-spark.lock --require-hashes -r requirements-spark.lock
[ -s "$stamp" ] || printf 'place %s\npython %s\n' "$here" "$made_of" >"$stamp"
