#!/bin/sh
# Starts the app, plays WeChat against it with `wx-dev conform`, and ends it:
#   .github/e2e.sh <command that starts the app>
set -eu
: "${PORT:=__PORT__}" "${WX_API_BASE:=http://127.0.0.1:7799}" "${WX_DEV:=npx --yes wx-dev}"
export PORT WX_API_BASE
log=$(mktemp)
"$@" >"$log" 2>&1 &
app=$!
trap 'kill "$app" 2>/dev/null || true; rm -f "$log"' EXIT

tries=0
until curl --fail --silent --output /dev/null "http://127.0.0.1:$PORT/healthz"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 150 ] || ! kill -0 "$app" 2>/dev/null; then
    echo "the app does not answer on port $PORT; it printed:" >&2
    cat "$log" >&2
    exit 1
  fi
  sleep 0.2
done

# WX_DEV is a command with its arguments.
# shellcheck disable=SC2086
if ! $WX_DEV conform "$PORT" --count-text '#count' --slow-text '#slow' --customer-base "$WX_API_BASE" \
  --log "$log" --pid "$app"; then
  echo 'the app printed:' >&2
  cat "$log" >&2
  exit 1
fi
