#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The add-on's and the package's tests on several Blenders, each in a folder of its own.
# Usage: matrix.sh VERSION…; Blender up to 5.0 takes $PYTHON311, from 5.1 on $PYTHON313.
set -euo pipefail

python_for() {
    case $1 in
    4.* | 5.0.*) echo "${PYTHON311:-python3.11}" ;;
    *) echo "${PYTHON313:-python3.13}" ;;
    esac
}

passed=""
failed=""
skipped=""
mkdir -p build/matrix

for version in "$@"; do
    venv=build/matrix/bpy-$version
    python=$(python_for "$version")
    if ! "$python" --version >/dev/null 2>&1; then
        echo "== Blender $version skipped: there is no $python"
        skipped="$skipped $version"
        continue
    fi
    if [ ! -e "$venv/.ready" ]; then
        "$python" -m venv "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            "bpy==$version" --requirement requirements-bpy.txt
        touch "$venv/.ready"
    fi
    echo "== Blender $version"
    if "$venv/bin/python" -m pytest tests/addon tests/packaging; then
        passed="$passed $version"
    else
        failed="$failed $version"
    fi
done

echo "== passed:${passed:- none}; failed:${failed:- none}; skipped:${skipped:- none}"
if [ -n "$failed" ]; then exit 1; fi
