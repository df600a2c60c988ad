# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a Blender of its own, beside a copy of scripts/installed.py: install, enable, solve.

Usage: probe.py ZIP TAKE. Prints one line of JSON with what was seen.
"""

import importlib
import json
import sys
import time
from importlib.machinery import PathFinder
from pathlib import Path

import installed

BUNDLED = ("array_api_compat", "c3d", "threadpoolctl")


class OnlyFromTheZip:
    """Hides the bundled packages of the Python that runs this, so that the zip's own are needed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in BUNDLED:
            return None
        ours = [p for p in sys.path if "blender_user" in p]
        spec = PathFinder.find_spec(name, ours, target)
        if spec is None:
            raise ModuleNotFoundError(f"{name} is not in the zip")
        return spec


def main() -> None:
    zip_file, take = (Path(a) for a in sys.argv[1:])
    installed.empty_user_folder(Path("blender_user"))
    sys.meta_path.insert(0, OnlyFromTheZip())
    installed.install(zip_file)
    start = time.perf_counter()
    module = installed.enable()
    seen = {
        "enable_seconds": round(time.perf_counter() - start, 3),
        "modules": sorted(sys.modules),
        "file": module.__file__,
        "path": sys.path,
        "lacking": _lacking(),
    }
    try:
        seen |= _solve(take)
    finally:
        installed.disable()
    print(json.dumps(seen))


def _lacking() -> dict[str, str]:
    """Why each method cannot be used, as the panel says."""
    methods = importlib.import_module(f"{installed.MODULE}.addon.solve.methods")
    return {item[0]: methods.lacking(item[0]) for item in methods.METHOD_ITEMS}


def _solve(take: Path) -> dict:
    """Solve and bake the take with what `blender --command lsmplify bake` calls."""
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    code = installed.command()(["bake", "--file", str(take), "-o", "out.npz", "-o", "out.blend"])
    armature = next(item for item in bpy.data.objects if item.type == "ARMATURE")
    result = bpy.context.scene.lsmplify.result
    return {
        "code": code,
        "frames": result.frames,
        "mean_error_mm": result.mean_mm,
        "action": armature.animation_data.action.name,
        "written": [path for path in ("out.npz", "out.blend") if Path(path).is_file()],
    }


if __name__ == "__main__":
    main()
    installed.leave()
