#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `blender --command` by the real executable in the Debian chroot: install the zip, bake a take, refuse a bad one.
# Usage: command.sh SUITE ZIP TAKE OUT; what was said comes to OUT/command.log, codes to OUT/codes.txt.
set -euo pipefail

suite=$1
zip=$2
take=$3
out=$4
here=$(cd "$(dirname "$0")" && pwd)
room=${ROOMS:-$here/../../build/gui-rooms}/$suite

"$here/room.sh" "$room" "$suite"
rm -rf "$out"
mkdir -p "$out"
cp "$zip" "$out/lsmplify.zip"
cp "$take" "$out/take.trc"
echo "not a take" >"$out/bad.trc"

"$here/enter.sh" "$room" "$out" timeout "${PATIENCE:-900}" bash -c '
    cd /stage
    note() { name=$1; shift; code=0; "$@" || code=$?; echo "$name $code" >>codes.txt; }
    note install blender --command extension install-file --repo user_default --enable lsmplify.zip
    note bake blender --background --command lsmplify bake --file take.trc \
        -o out.npz -o out.blend -o out.fbx -o out.bvh --report out.json
    note bad blender --background --command lsmplify bake --file bad.trc -o bad.npz
    note usage blender --background --command lsmplify bake --nonsense
    note remove blender --command extension remove lsmplify
' >"$out/command.log" 2>&1
cat "$out/codes.txt"
