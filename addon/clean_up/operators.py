# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth, limits and twist, fewer keys: steps that need nothing but their settings."""

import bpy

from ..takes import fields
from .step_operator import StepOperator


class LSMPLIFY_OT_smooth(StepOperator, fields.SmoothFields, bpy.types.Operator):
    """Smooth each region as much as is asked for, without delay, and keep impacts"""

    bl_idname = "lsmplify.smooth"
    bl_label = "Smooth"
    kind = "SMOOTH"


class LSMPLIFY_OT_limits(StepOperator, fields.LimitsFields, bpy.types.Operator):
    """Draw rotations back to what a body can do, share the arms' twist, smooth what no track shows"""  # noqa: E501

    bl_idname = "lsmplify.limits"
    bl_label = "Limits and Twist"
    kind = "LIMITS"


class LSMPLIFY_OT_reduce_keys(StepOperator, fields.KeysFields, bpy.types.Operator):
    """Keep every n-th key, or as few as an error allows, with Bézier handles"""

    bl_idname = "lsmplify.reduce_keys"
    bl_label = "Reduce Keys"
    kind = "KEYS"


class LSMPLIFY_OT_place(StepOperator, fields.PlaceFields, bpy.types.Operator):
    """Put the take on the floor, turn it to the front or bring it to the origin, as a whole"""

    bl_idname = "lsmplify.place"
    bl_label = "Place"
    kind = "PLACE"


CLASSES = (LSMPLIFY_OT_smooth, LSMPLIFY_OT_limits, LSMPLIFY_OT_reduce_keys, LSMPLIFY_OT_place)
