#!/usr/bin/env bash
# Scans orgs with curl and jq: the calls that Regrant makes, at a given concurrency.
#
# Usage: scan.sh ORGS CONCURRENCY, where ORGS is a file with one "URL<TAB>TOKEN" a line. Prints one JSON object.
set -euo pipefail

scan() {
    local url=$1 token=$2 apps app scheme calls=2 seen=0
    get() { curl --silent --show-error --fail --header "Authorization: SSWS $token" --header "Accept: application/json" "$@"; }
    apps=$(get --get --data-urlencode 'filter=name eq "office365"' --data limit=200 "$url/api/v1/apps" | jq --raw-output '.[].id')
    get --get --data since=2026-01-01T00:00:00Z --data limit=100 "$url/api/v1/logs" >/dev/null
    for app in $apps; do
        scheme=$(get "$url/api/v1/apps/$app/connections/default" | jq --raw-output .authScheme)
        calls=$((calls + 1)) seen=$((seen + 1))
        if [ "$scheme" != OAUTH2 ]; then
            get "$url/api/v1/apps/$app/features" >/dev/null || true
            calls=$((calls + 1))
        fi
    done
    printf '%s %s\n' "$seen" "$calls"
}
export -f scan

xargs --arg-file "$1" --delimiter '\n' --max-procs "$2" --max-args 1 bash -c 'IFS=$'"'\t'"' read -r url token <<<"$0"; scan "$url" "$token"' |
    jq --raw-input --slurp --compact-output 'split("\n") | map(select(. != "") | split(" ") | map(tonumber)) |
        {orgs: length, apps: (map(.[0]) | add), calls: (map(.[1]) | add), failures: {}}'
