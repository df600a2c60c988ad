# SPDX-License-Identifier: GPL-3.0-or-later
"""Bone maps corrected by hand, kept in the extension's own folder for rigs with the same names."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from ....lsmplify_core.retarget import RigMap, load_map, save_map
from ....lsmplify_core.runtime.errors import InputError
from ...common.kept_files import drop, file_for, user_folder


def folder() -> Path | None:
    """Where they are kept; None where Blender gives no folder, as when this is no installed
    extension."""
    return user_folder("bone_maps")


def keep(rig_map: RigMap, names: Sequence[str]) -> None:
    """Keep a map for these names; nothing happens where it cannot be written."""
    path = _path(names)
    if path is not None:
        with contextlib.suppress(InputError, OSError):
            save_map(rig_map, path)


def known(names: Sequence[str]) -> RigMap | None:
    """The map that was kept for these names, if there is one that can still be read."""
    path = _path(names)
    if path is None or not path.is_file():
        return None
    try:
        return load_map(path)
    except InputError:
        return None


def forget(names: Sequence[str]) -> None:
    """Drop what was kept for these names."""
    drop(_path(names))


def _path(names: Sequence[str]) -> Path | None:
    return file_for(folder(), names)
