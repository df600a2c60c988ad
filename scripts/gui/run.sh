#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Drives the extension zip in a real Blender window and takes pictures of the screen.
# Usage: run.sh ZIP OUT. Needs root and a Debian-like host; the first run fetches Blender (1 GB).
set -euo pipefail

zip=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
examples=$here/../../examples
room=$out/trixie

mkdir -p "$out"
"$here/room.sh" "$room"

stage=$room/stage
rm -rf "$stage"
mkdir -p "$stage/pictures" "$stage/home"
cp "$zip" "$stage/lsmplify.zip"
cp "$here/drive.py" "$examples"/*.trc "$stage/"

# The mounts live in a namespace of their own, so that nothing stays mounted on the host.
# Network is cut: installing and solving must not need it.
unshare --mount --net bash -euo pipefail -c '
    mount --make-rprivate /
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/tmp"
    chroot "$1" env -i HOME=/stage/home PATH=/usr/bin:/bin LANG=C.UTF-8 \
        LIBGL_ALWAYS_SOFTWARE=1 BLENDER_USER_RESOURCES=/stage/home/blender \
        timeout 300 xvfb-run -a -s "-screen 0 1400x900x24 +extension GLX" \
        blender --factory-startup --window-geometry 0 0 1400 900 --python /stage/drive.py
' run "$room" >"$out/blender.log" 2>&1 || { tail -n 30 "$out/blender.log" >&2; exit 1; }

cp "$stage"/pictures/*.png "$out/"
grep '^gui: ' "$out/blender.log" || true
if ! grep -q '^gui: done' "$out/blender.log"; then
    tail -n 30 "$out/blender.log" >&2
    echo "error: the run in the window did not come to its end; see $out/blender.log" >&2
    exit 1
fi
