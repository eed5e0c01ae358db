#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs Windows programs with a wine prefix of our own, build/wine.
#
#   wine.sh run PROGRAM [ARGUMENT...]   runs one program
#   wine.sh start                       makes the prefix once and starts its server
#   wine.sh stop                        ends everything that runs in our prefix
#   wine.sh has 32|64                   succeeds if programs of that width can be run
#
# The server, and the services behind it, inherit what they are started with, and any program may be
# the one that starts them. So a program writes to files, which are shown when it is done: a test
# runner that reads from a pipe until it closes would wait for the services to go away.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
WINEPREFIX=${HOLDFAST_WINEPREFIX:-$root/build/wine}
WINEDEBUG=${HOLDFAST_WINEDEBUG:--all}
export WINEPREFIX WINEDEBUG
unset DISPLAY WAYLAND_DISPLAY

# Debian's `wine` script prints advice about the 32-bit half; the loaders themselves are silent.
find_loader() {
    for candidate in "/usr/lib/wine/wine$1" "$(command -v "wine$1" || true)"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

find_server() {
    for candidate in /usr/lib/wine/wineserver /usr/lib/wine/wineserver64 \
        "$(command -v wineserver || true)"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

loader64=$(find_loader 64) || loader64=
loader32=$(find_loader '') || loader32=
server=$(find_server) || server=
# Only Debian's file name tells a 32-bit loader from a script that chooses one.
[ "$loader32" = /usr/lib/wine/wine ] || loader32=

# With a 32-bit loader one prefix runs both widths; without it the prefix has to be a 64-bit one.
choose_loader() {
    if [ -z "$server" ] || [ -z "$loader64$loader32" ]; then
        echo "wine.sh: wine is not installed" >&2
        exit 127
    fi
    if [ -n "$loader32" ]; then
        loader=$loader32
    else
        loader=$loader64
    fi
    WINESERVER=$server
    WINELOADER=$loader
    WINEARCH=win64
    export WINESERVER WINELOADER WINEARCH
}

# A server that nobody uses for two minutes ends by itself.
start() {
    mkdir -p "$WINEPREFIX"
    (
        flock 9
        if ! "$server" -k0 2>/dev/null; then
            "$server" -p120 9>&-
        fi
        if [ ! -f "$WINEPREFIX/.ready" ]; then
            WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' \
                "$loader" wineboot -i 9>&-
            : >"$WINEPREFIX/.ready"
        else
            "$loader" cmd /c exit 9>&-
        fi
    ) 9>"$WINEPREFIX.lock" </dev/null >"$WINEPREFIX.log" 2>&1
}

verb=${1:-}
[ $# -eq 0 ] || shift
case $verb in
run)
    choose_loader
    if [ ! -f "$WINEPREFIX/.ready" ] || ! "$server" -k0 2>/dev/null; then
        start
    fi
    output=$(mktemp "$WINEPREFIX.out.XXXXXX")
    code=0
    "$loader" "$@" </dev/null >"$output" 2>"$output.err" || code=$?
    cat "$output"
    cat "$output.err" >&2
    rm -f "$output" "$output.err"
    exit "$code"
    ;;
start)
    choose_loader
    start
    ;;
stop)
    choose_loader
    if [ -d "$WINEPREFIX" ] && "$server" -k0 2>/dev/null; then
        "$server" -k || true
    fi
    ;;
has)
    case ${1:-} in
    32) [ -n "$server" ] && [ -n "$loader32" ] ;;
    64) [ -n "$server" ] && [ -n "$loader64" ] ;;
    *) exit 2 ;;
    esac
    ;;
*)
    sed -n '4,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
