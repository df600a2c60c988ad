# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel asks for the character; `scene.lsmplify.character`."""

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...lsmplify_core.retarget import shipped_maps


def _is_armature(_group: bpy.types.PropertyGroup, item: bpy.types.Object) -> bool:
    return item.type == "ARMATURE"


def _forget(group: Any, _context: object) -> None:
    group.map_name, group.mapped, group.bones, group.missing = "", 0, 0, ""


_items: list[tuple[str, str, str]] = []
"""Blender wants the strings of a dynamic list kept alive."""


def _maps(_group: object, _context: object) -> list[tuple[str, str, str]]:
    if not _items:
        _items.extend(
            [
                (
                    "auto",
                    "Found by Names",
                    "The known rig whose names fit, else the rig's structure",
                ),
                (
                    "structure",
                    "By Structure",
                    "Legs, spine, arms, head and fingers by where they are",
                ),
                ("file", "From File", "A bone map that was saved"),
                *((name, name, "The names of this kind of rig") for name in shipped_maps()),
            ]
        )
    return _items


class LSMPLifyCharacter(bpy.types.PropertyGroup):
    """Source, character, and how the motion is brought to it."""

    source: PointerProperty(
        type=bpy.types.Object, name="Motion", poll=_is_armature,
        description="The armature that moves: a solved body, or any humanoid character",
    )  # fmt: skip
    target: PointerProperty(
        type=bpy.types.Object, name="Character", poll=_is_armature, update=_forget,
        description="The armature of the character that is to move",
    )  # fmt: skip
    map: EnumProperty(
        name="Bone Map", items=_maps, update=_forget,
        description="Which bone of the character is what",
    )  # fmt: skip
    map_file: StringProperty(
        name="File", subtype="FILE_PATH", update=_forget, description="A saved bone map"
    )
    controls: EnumProperty(
        name="Controls", default="fk", description="Which controls get keys",
        items=[
            ("fk", "FK", "The bones themselves, or the FK controls of the rig"),
            ("ik", "IK", "Targets and poles of hands and feet"),
            ("both", "FK and IK", "Both, so that a switch between them does not jump"),
        ],
    )  # fmt: skip
    root: EnumProperty(
        name="Root Motion", default="hips", description="Where the way over the ground goes",
        items=[
            ("hips", "Hips", "The hips carry it"),
            ("root", "Root Bone", "The rig's root bone carries it, as game engines want it"),
            ("in-place", "In Place", "Nowhere: the character stays where it is"),
        ],
    )  # fmt: skip
    contacts: BoolProperty(
        name="Keep Contacts", default=True,
        description="Feet stand where the source's stand, hands touch what they touch",
    )  # fmt: skip
    fingers: EnumProperty(
        name="Fingers", default="transfer", description="What the fingers do",
        items=[
            ("transfer", "From the Motion", "Where it has fingers, else relaxed"),
            ("relaxed", "Relaxed", "A hand at rest"),
            ("keep", "Leave Alone", "Fingers get no keys"),
        ],
    )  # fmt: skip
    map_name: StringProperty(name="Map", description="The bone map that was found")
    mapped: IntProperty(name="Mapped", description="How many bones have a role")
    bones: IntProperty(name="Bones", description="How many bones the character has")
    missing: StringProperty(name="Missing", description="Roles that no bone has")
    note: StringProperty(name="Result", description="How the last one went")


CLASSES = (LSMPLifyCharacter,)
