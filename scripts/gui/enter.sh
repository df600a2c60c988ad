#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a command in a chroot that room.sh made, with the folder STAGE as its /stage and no network.
# Usage: enter.sh ROOM STAGE COMMAND…. Blender's user folder is STAGE/home/blender.
# Mounts, processes and network are the command's own: nothing of them stays on the host.
set -euo pipefail

room=$1
stage=$(realpath "$2")
shift 2
mkdir -p "$room/stage" "$stage/home"
exec unshare --mount --net --pid --fork --kill-child bash -euo pipefail -c '
    room=$1 stage=$2
    shift 2
    mount --make-rprivate /
    mount -t proc proc "$room/proc"
    mount --rbind /dev "$room/dev"
    mount -t tmpfs tmpfs "$room/tmp"
    mount --bind "$stage" "$room/stage"
    # Not by exec: as the first process of the namespace some programs take no signals and fail.
    code=0
    chroot "$room" env -i HOME=/stage/home PATH=/usr/bin:/bin LANG=C.UTF-8 \
        LIBGL_ALWAYS_SOFTWARE=1 BLENDER_USER_RESOURCES=/stage/home/blender \
        PYTHONDONTWRITEBYTECODE=1 "$@" || code=$?
    exit $code
' enter "$room" "$stage" "$@"
