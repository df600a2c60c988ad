# SPDX-License-Identifier: GPL-3.0-or-later
"""What small operators about an armature's motion share."""

from typing import TYPE_CHECKING, Any, ClassVar

import bpy

from ...lsmplify_core.runtime.errors import OUTSIDE, error_line
from ..common.polls import allowed
from . import choosing


class ArmatureOperator:
    """Mix-in: an operator about the chosen armature. `act` does it, and says what it did."""

    bl_options: ClassVar = {"REGISTER", "UNDO"}

    if TYPE_CHECKING:
        report: Any  # Blender's own, of the operator that this is mixed into

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey without an armature, or what else is needed, with the reason."""
        if not has_armature(cls, context):
            return False
        return allowed(cls, cls.lacking(choosing.armature(context)))

    @classmethod
    def lacking(cls, _armature: bpy.types.Object) -> str:
        """What the armature's motion still lacks for this, as a sentence, or nothing."""
        return ""

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Do it; returns what to say. InputError where it cannot be done."""
        raise NotImplementedError

    def chosen(self, context: bpy.types.Context) -> bpy.types.Object:
        """The armature that it is about; InputError where none is clear."""
        return choosing.armature(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it, or say in one line why not."""
        try:
            done = self.act(context, self.chosen(context))
        except OUTSIDE as error:
            self.report({"ERROR"}, error_line(error))
            return {"CANCELLED"}
        if done:
            self.report({"INFO"}, done)
        return {"FINISHED"}


class SpanOperator(ArmatureOperator):
    """Mix-in: an operator about the list of worst spans, which a character has too."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Grey without an armature, or what else is needed, with the reason."""
        found = choosing.reviewed(context)
        if found is not None and choosing.is_reviewed_character(found):
            return allowed(cls, cls.lacking(found))
        return super().poll(context)

    def chosen(self, context: bpy.types.Context) -> bpy.types.Object:
        """The armature that it is about."""
        found = choosing.reviewed(context)
        return choosing.armature(context) if found is None else found


def has_armature(cls: type, context: bpy.types.Context) -> bool:
    """Whether it is clear which armature is meant; else the operator says why it is grey."""
    found = choosing.chosen(context) is not None
    return allowed(
        cls, "" if found else "Make the armature active whose motion is to be cleaned up"
    )
