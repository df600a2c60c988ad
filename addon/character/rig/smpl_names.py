# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an armature bears SMPL's names."""

import bpy

from ....lsmplify_core.geometry.skeleton import JOINT_NAMES


def bears_smpl_names(armature: bpy.types.Object) -> bool:
    """Whether an armature's bones are named as SMPL's joints."""
    return armature.type == "ARMATURE" and all(n in armature.data.bones for n in JOINT_NAMES)


def is_character(armature: bpy.types.Object | None) -> bool:
    """Whether an object is an armature of other names, which tracks are brought to by its map."""
    return armature is not None and armature.type == "ARMATURE" and not bears_smpl_names(armature)
