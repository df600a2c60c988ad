#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tour in a real Blender window, in each chroot (trixie, sid). Usage: run.sh ZIP TAKE OUT SUITE…
# Pictures, facts.json and blender.log come to OUT/SUITE, those of the pages to OUT/SUITE-learn, what the
# command wrote to OUT/SUITE-command, what a stopped one left to OUT/SUITE-stop; tests/gui looks at them.
set -euo pipefail

zip=$1
take=$2
out=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)

for suite in "$@"; do
    echo "== $suite"
    "$here/window.sh" "$suite" "$here/tour.py" "$out/$suite" "$zip" "$take"
    "$here/window.sh" "$suite" "$here/learn.py" "$out/$suite-learn" "$zip"
    "$here/command.sh" "$suite" "$zip" "$take" "$out/$suite-command"
    "$here/stop.sh" "$suite" "$zip" "$out/$suite-stop" "$take"
done
