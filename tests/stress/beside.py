# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a Blender of its own, beside a copy of scripts/installed.py: two extensions that share
packages. Usage: beside.py OURS OTHER first|last TAKE. Prints one line of JSON, true for what holds.
"""

import json
import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import installed

OTHER = "bl_ext.user_default.other_wheels"
SHARED = ("array_api_compat", "c3d", "threadpoolctl")


class OnlyFromExtensions:
    """Hides the shared packages of the Python that runs this, so that the extensions' are used."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in SHARED:
            return None
        return PathFinder.find_spec(name, [p for p in sys.path if "blender_user" in p], target)


def main() -> None:
    """Install both in an order, use both, take the other away, use ours again."""
    ours, other, order, take = sys.argv[1:]
    installed.empty_user_folder(Path("blender_user"))
    sys.meta_path.insert(0, OnlyFromExtensions())
    steps = [lambda: enabled(Path(other), OTHER), lambda: enabled(Path(ours), installed.MODULE)]
    seen: dict[str, object] = {}
    for step in steps if order == "first" else steps[::-1]:
        name, works = step()
        seen[f"{name} is enabled"] = works
    seen["the other's packages are there"] = bool(sys.modules[OTHER].FOUND["threadpoolctl"])
    seen["ours solves beside it"] = solves(take)
    switch(OTHER, False)
    seen["ours solves without it"] = solves(take)
    switch(OTHER, True)
    switch(installed.MODULE, False)
    seen["the other goes on without ours"] = OTHER in sys.modules
    switch(installed.MODULE, True)
    seen["ours solves again"] = solves(take)
    installed.disable()
    print(json.dumps(seen), flush=True)
    os._exit(0)


def enabled(zip_file: Path, module: str) -> tuple[str, bool]:
    """Install a zip and switch it on."""
    installed.install(zip_file)
    switch(module, True)
    return module.rsplit(".", 1)[1], module in sys.modules


def switch(module: str, on: bool) -> None:
    """As the box in the preferences does."""
    import addon_utils

    change = addon_utils.enable if on else addon_utils.disable
    change(module, default_set=True)


def solves(take: str) -> bool:
    """Whether ours solves and bakes a take."""
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    words = ["bake", "--file", take, "-o", "out.npz", "--end", "59"]
    return installed.command()(words) == 0 and Path("out.npz").is_file()


if __name__ == "__main__":
    main()
