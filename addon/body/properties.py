# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify`: what the motion is baked on."""

import bpy
from bpy.props import EnumProperty, PointerProperty, StringProperty

from ..tracks.properties import is_armature


class BodyFields:
    """Annotations only: the scene's settings inherit them."""

    target: EnumProperty(
        name="Armature", description="What the motion is baked on",
        items=(("NEW", "New Body", "Make an SMPL armature with a mannequin, sized to the take"),
               ("EXISTING", "Existing", "An SMPL armature or any humanoid character")),
    )  # fmt: skip
    calibration: StringProperty(
        name="Calibration", subtype="FILE_PATH",
        description="What is known of the person: a calibration saved before, or a static trial of "
        "the same person with the same markers; empty to calibrate on the take itself",
    )  # fmt: skip
    armature: PointerProperty(
        type=bpy.types.Object, name="Armature", poll=is_armature,
        description="The armature to bake on; its own proportions are used",
    )  # fmt: skip
    into: EnumProperty(
        name="Into", description="The action that gets the keys",
        items=(("NEW", "New Action", "Other actions stay as they are"),
               ("CURRENT", "Its Action", "Replace the keys of the armature's action within the "
                                         "range")),
    )  # fmt: skip
