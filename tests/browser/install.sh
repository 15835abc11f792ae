#!/bin/sh
# Packages of the system that tests need: Chromium and a font with Chinese characters for pages; nginx and openssl for the
# configuration in docs/serving.md. They are installed if the user may install packages, and else named.
set -eu
need=""
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || [ -n "${AUTHMETER_CHROMIUM:-}" ] ||
    need="chromium"
if command -v fc-list >/dev/null && fc-list :lang=zh | grep -q .; then :; else need="$need fontconfig fonts-noto-cjk"; fi
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || need="$need nginx"
command -v openssl >/dev/null || need="$need openssl"
[ -z "$need" ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    # Debian's nginx starts as a service when it is installed; the test starts its own, and leaves none behind.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    fi
    apt-get update -qq
    # The headless shell opens pages in four fifths of the time, and is smaller; not every system has it.
    if apt-cache show chromium-headless-shell >/dev/null 2>&1; then need=$(echo "$need" | sed 's/^chromium\b/&-headless-shell/'); fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $need >/dev/null
else
    echo "The tests need: $need. Install them, or name a Chromium with AUTHMETER_CHROMIUM." >&2
    exit 1
fi
