#!/bin/sh
# What the browser tests need of the system: Chromium and a font with Chinese characters. Installed where it may be,
# named where not.
set -eu
need=""
command -v chromium >/dev/null || [ -n "${AUTHMETER_CHROMIUM:-}" ] || need="chromium"
if command -v fc-list >/dev/null && fc-list :lang=zh | grep -q .; then :; else need="$need fontconfig fonts-noto-cjk"; fi
[ -z "$need" ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $need >/dev/null
else
    echo "The browser tests need: $need. Install them, or name a Chromium with AUTHMETER_CHROMIUM." >&2
    exit 1
fi
