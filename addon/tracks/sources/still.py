# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands still, and where: asked of an object's own settings, since Blender keeps no matrix up
to date of what it does not draw."""

from typing import Any

import bpy
from mathutils import Matrix

from ...bake import actions

_MOVING = ("location", "rotation", "scale", "delta_", "constraints")
"""Beginnings of the data paths that move an object; others colour, hide or name it."""


def moving_curves(item: bpy.types.Object) -> list[bpy.types.FCurve]:
    """The object's curves that move it or what hangs on it."""
    return [c for c in actions.curves_of(item) if c.data_path.startswith(_MOVING)]


def acting(constraints: "bpy.types.bpy_prop_collection[Any]") -> list[bpy.types.Constraint]:
    """The constraints that do something now; an influence with a curve counts as moving anyway."""
    return [c for c in constraints if not c.mute and c.influence > 0.0]


def has_strips(item: bpy.types.Object) -> bool:
    """Whether NLA strips have a say in how the object is moved."""
    animation = item.animation_data
    if animation is None or not animation.use_nla or not animation.nla_tracks:
        return False
    plain = animation.action_blend_type == "REPLACE" and animation.action_influence == 1.0
    return not plain or any(t.strips and not t.mute for t in animation.nla_tracks)


def is_driven(item: bpy.types.Object) -> bool:
    """Whether a driver moves the object."""
    animation = item.animation_data
    drivers = animation.drivers if animation is not None else ()
    return any(d.data_path.startswith(_MOVING) and not d.mute for d in drivers)


def only_keys_move(item: bpy.types.Object) -> bool:
    """Whether nothing but the object's own curves (and its parents) moves it."""
    return not (acting(item.constraints) or is_driven(item) or has_strips(item) or item.rigid_body)


def world_of(item: bpy.types.Object) -> Matrix | None:
    """Where the object stands in the world if neither it nor its parents are moved, else None."""
    if not only_keys_move(item) or moving_curves(item):
        return None
    above = place_of(item)
    return None if above is None else above @ item.matrix_basis


def place_of(item: bpy.types.Object) -> Matrix | None:
    """What turns the object's own space into the world if its parents stand still, else None."""
    parent = item.parent
    if parent is None:
        return Matrix.Identity(4)
    if item.parent_type != "OBJECT" or (parent.type == "CURVE" and parent.data.use_path):
        return None
    above = world_of(parent)
    return None if above is None else above @ item.matrix_parent_inverse
