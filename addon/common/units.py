# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene's unit of length."""

import bpy


def scene_unit(scene: bpy.types.Scene) -> float:
    """Metres in one unit of the scene, as its Unit Scale says."""
    units = scene.unit_settings
    return float(units.scale_length) if units.system != "NONE" else 1.0
