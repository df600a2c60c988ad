# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all scenes: the SMPL model file of new bodies, the paper's weights, the first
note."""

import contextlib

import bpy
from bpy.props import BoolProperty, StringProperty

from ...lsmplify_core.runtime.errors import InputError
from ..body import model_file
from ..solve import methods


def _check(_self: object, context: bpy.types.Context) -> None:
    """Read a newly chosen file at once; what is wrong with it is then shown under it."""
    with contextlib.suppress(InputError):
        model_file.load(context)


class LSMPLIFY_AP_preferences(bpy.types.AddonPreferences):
    """The extension's part of Blender's preferences."""

    bl_idname = model_file.ADDON

    smpl_file: StringProperty(
        name="SMPL Model File", subtype="FILE_PATH", update=_check,
        description="A .pkl or .npz of SMPL, SMPL-H or SMPL-X from its owners: new bodies get its "
        "joints and mesh. Leave empty for the built-in mannequin",
    )  # fmt: skip
    show_first_steps: BoolProperty(
        name="Show First Steps", default=True,
        description="Show the note for beginners in the sidebar tab",
    )  # fmt: skip

    paper_weights: StringProperty(
        name="Paper's Network", subtype="FILE_PATH",
        description="Weights for the method Learnable SMPLify: an .npz that lsmplify train or "
        "convert-checkpoint wrote, or the official checkpoint (.pth.tar)",
    )  # fmt: skip

    def draw(self, context: bpy.types.Context) -> None:
        """The files with one line about each, and the note of the first minutes."""
        column = self.layout.column()
        column.prop(self, "smpl_file")
        text, icon = model_file.told(context)
        column.label(text=text, icon=icon)
        column.prop(self, "show_first_steps")
        reason = methods.lacking("PAPER")
        row = column.row()
        row.enabled = not reason
        row.prop(self, "paper_weights")
        if reason:
            column.label(text=reason, icon="INFO")


CLASSES = (LSMPLIFY_AP_preferences,)
