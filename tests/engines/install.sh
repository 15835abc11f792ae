#!/bin/sh
# What the tests of the engine spark need of the system: Java 17. Installed where it may be; named where not, and then they
# are skipped, each with the reason.
set -eu
if [ -n "${JAVA_HOME:-}" ] || command -v java >/dev/null; then exit 0; fi
need=openjdk-17-jre-headless
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$need" >/dev/null; then exit 0; fi
fi
echo "The tests of the engine spark are skipped: they need $need, or another Java 17." >&2
