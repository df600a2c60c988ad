#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A Debian folder with Blender, a virtual screen and a software driver in it, made once.
# Usage: room.sh FOLDER SUITE, where SUITE is trixie (Blender 4.3) or sid (Blender 5.2).
# Needs root and a Debian-like host; leaves FOLDER/.ready when done. The first time fetches 1 GB.
set -euo pipefail

folder=$1
suite=$2
packages="blender python3-numpy xvfb xauth xdotool imagemagick libgl1-mesa-dri"
# Blender 5.2's own extension system imports these; Debian's package does not ask for them.
if [ "$suite" = sid ]; then packages="$packages python3-cattr python3-requests python3-zstandard"; fi

if [ -e "$folder/.ready" ]; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "error: make gui needs root on a Debian-like system (debootstrap, chroot)" >&2
    exit 2
fi
if ! command -v debootstrap >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq debootstrap >/dev/null
fi

echo "== a chroot for the window: Debian $suite in $folder, a few minutes"
rm -rf "$folder"
mkdir -p "$folder"
# debootstrap mounts /proc too, and now and then leaves it: so it gets a namespace of its own.
unshare --mount bash -c '
    mount --make-rprivate /
    exec debootstrap --variant=minbase "$1" "$2" http://deb.debian.org/debian
' room "$suite" "$folder" >"$folder.log"

# sid's list may be called too old; a service that starts in a chroot would stay.
echo 'Acquire::Check-Valid-Until "false";' >"$folder/etc/apt/apt.conf.d/90room"
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
chmod +x "$folder/usr/sbin/policy-rc.d"

# The mounts live in a namespace of their own, so that nothing stays mounted on the host.
unshare --mount bash -euo pipefail -c '
    mount --make-rprivate /
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    cp /etc/resolv.conf "$1/etc/resolv.conf"
    export DEBIAN_FRONTEND=noninteractive
    chroot "$1" apt-get update -qq
    chroot "$1" apt-get install -y -qq --no-install-recommends $2
    chroot "$1" apt-get clean
' room "$folder" "$packages" >>"$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; exit 1; }
touch "$folder/.ready"
