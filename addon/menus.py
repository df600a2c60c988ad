# SPDX-License-Identifier: GPL-3.0-or-later
"""The entry in File > Import."""

import bpy

from .motion.operators import LSMPLIFY_OT_import_motion
from .tracks.operators import LSMPLIFY_OT_import_tracks


def _import_entry(self: bpy.types.Menu, _context: bpy.types.Context) -> None:
    self.layout.operator(
        LSMPLIFY_OT_import_tracks.bl_idname,
        text="Motion Capture Tracks (.c3d/.trc/.csv/.json/.bvh/.npz)",
    )
    self.layout.operator(LSMPLIFY_OT_import_motion.bl_idname, text="SMPL Motion (.npz/.pkl/.bvh)")


def add() -> None:
    """Hang the entries into Blender's menus."""
    bpy.types.TOPBAR_MT_file_import.append(_import_entry)


def remove() -> None:
    """Take them out again."""
    bpy.types.TOPBAR_MT_file_import.remove(_import_entry)
