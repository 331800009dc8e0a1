#!/bin/sh
# Browser tests drive Debian's Chromium, by preference the one without windows. Install it when it is absent and we may;
# say what is missing otherwise.
set -eu
there() {
    for name in "$@"; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}
if there chromium-headless-shell; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    add() { apt-get install -y -qq --no-install-recommends "$@" fonts-noto-cjk >/dev/null; }
    if apt-get update -qq && add chromium-headless-shell; then exit 0; fi
    if there chromium chromium-browser google-chrome || add chromium; then exit 0; fi
fi
if there chromium chromium-browser google-chrome; then exit 0; fi
echo "The browser tests need Chromium: apt-get install chromium (as root), or: pytest -m 'not browser'" >&2
exit 1
