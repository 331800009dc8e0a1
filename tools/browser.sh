#!/bin/sh
# Browser tests drive Debian's Chromium. Install it when it is absent and we may; say what is missing otherwise.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
    exit 0
fi
echo "The browser tests need Chromium: apt-get install chromium (as root), or: pytest -m 'not browser'" >&2
exit 1
