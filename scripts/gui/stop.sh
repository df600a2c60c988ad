#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Ctrl-C while the real executable bakes takes in the Debian chroot, one and two at a time; see stop.py.
# Usage: stop.sh SUITE ZIP OUT TAKE…; facts come to OUT/stopped.json. One TAKE is taken six times.
set -euo pipefail

suite=$1
zip=$2
out=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
room=${ROOMS:-$here/../../build/gui-rooms}/$suite

"$here/room.sh" "$room" "$suite"
rm -rf "$out"
mkdir -p "$out/takes"
cp "$zip" "$out/lsmplify.zip"
if [ $# = 1 ]; then
    for n in 1 2 3 4 5 6; do cp "$1" "$out/takes/take$n.${1##*.}"; done
else
    cp "$@" "$out/takes/"
fi
cp "$here/stop.py" "$out/"

"$here/enter.sh" "$room" "$out" timeout "${PATIENCE:-1800}" bash -c '
    cd /stage
    blender --command extension install-file --repo user_default --enable lsmplify.zip
    python3 stop.py takes .
' >"$out/stop.log" 2>&1
cat "$out/stopped.json"
