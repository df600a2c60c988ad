#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The add-on's and the package's tests on several Blenders, each in a folder of its own.
# Usage: matrix.sh PYTHON VERSION…; a version needs the Python that its bpy module is built for.
set -euo pipefail

python=$1
shift
failed=""
mkdir -p build/matrix

for version in "$@"; do
    venv=build/matrix/bpy-$version
    if [ ! -e "$venv/.ready" ]; then
        "$python" -m venv "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            "bpy==$version" --requirement requirements-bpy.txt
        touch "$venv/.ready"
    fi
    echo "== Blender $version"
    if ! "$venv/bin/python" -m pytest tests/addon tests/packaging; then
        failed="$failed $version"
    fi
done

if [ -n "$failed" ]; then
    echo "error: tests failed on Blender$failed" >&2
    exit 1
fi
echo "== all of $* passed"
