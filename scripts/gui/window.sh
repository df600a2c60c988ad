#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a Python script in a real Blender window on a virtual screen, where it can take pictures.
# Usage: window.sh SUITE SCRIPT OUT [FILE…]
#   SUITE   trixie (Blender 4.3) or sid (Blender 5.2)
#   SCRIPT  begins with `import window` and ends with `window.run(act)`; see window.py
#   OUT     a folder, made anew; the script sees it as /stage: pictures, blender.log and all it writes
#   FILE    copied there first: the zip, takes, .blend files
# ROOMS names the folder of the chroots (build/gui-rooms), PATIENCE the seconds it may take (900).
# An example, with the extension installed and its tab open:
#   scripts/gui/window.sh trixie my_pictures.py build/my build/lsmplify-0.1.0.zip examples/*.trc
set -euo pipefail

suite=$1
script=$2
out=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
room=${ROOMS:-$here/../../build/gui-rooms}/$suite
size=1400x900
options=(--factory-startup --window-geometry 0 0 1400 900 --python-exit-code 3)
if [ "$suite" = sid ]; then options+=(--gpu-backend opengl); fi

"$here/room.sh" "$room" "$suite"
rm -rf "$out"
mkdir -p "$out"
if [ $# -gt 0 ]; then cp "$@" "$out/"; fi
cp "$here/window.py" "$out/"
cp "$script" "$out/script.py"

code=0
"$here/enter.sh" "$room" "$out" timeout "${PATIENCE:-900}" \
    xvfb-run -a -s "-screen 0 ${size}x24 +extension GLX" \
    blender "${options[@]}" --python-expr 'import sys; sys.path.insert(0, "/stage")' \
    --python /stage/script.py >"$out/blender.log" 2>&1 || code=$?

grep '^gui: ' "$out/blender.log" || true
if [ "$code" != 0 ] || ! grep -q '^gui: done' "$out/blender.log"; then
    tail -n 30 "$out/blender.log" >&2
    echo "error: the run in the window did not come to its end; see $out/blender.log" >&2
    exit 1
fi
