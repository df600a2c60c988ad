# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs an extension zip into a Blender whose user folder is empty, as a user does by hand."""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

MODULE = "bl_ext.user_default.lsmplify"


def empty_user_folder(folder: Path) -> None:
    """Have Blender keep its settings and extensions in `folder`. To be called before bpy loads."""
    if "bpy" in sys.modules:
        raise RuntimeError("Blender has already chosen its user folder")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["BLENDER_USER_RESOURCES"] = str(folder.resolve())


def install(zip_file: Path) -> None:
    """Install the zip, its wheels with it, without enabling it yet."""
    import bpy

    bpy.ops.extensions.package_install_files(
        filepath=str(zip_file.resolve()), repo="user_default", enable_on_install=False
    )


def enable() -> ModuleType:
    """Switch the installed extension on and return it."""
    import addon_utils

    addon_utils.enable(MODULE, default_set=True)
    if MODULE not in sys.modules:
        raise RuntimeError(f"{MODULE} could not be enabled")
    return sys.modules[MODULE]


def disable() -> None:
    """Switch it off: classes that stay registered at exit make bpy crash or hang."""
    import addon_utils

    addon_utils.disable(MODULE, default_set=True)


def leave() -> None:
    """End the process as done. Blender 4.2 as a module crashes when Python winds it up, once a
    property with an `update`, `get` or `search` function was registered, though it was taken
    back."""
    import bpy

    if bpy.app.version >= (4, 4, 0):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def command() -> Callable[[list[str]], int]:
    """What `blender --command lsmplify …` calls: words to an exit code."""
    return importlib.import_module(f"{MODULE}.addon.cli").run
