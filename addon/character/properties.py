# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel asks for the character; `scene.lsmplify.character`, and what each character
remembers."""

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...lsmplify_core.retarget import RetargetOptions, shipped_maps
from ..bake.actions import SLOTTED
from ..translations import CONTEXT
from . import changes
from .bone_map import rows as bone_rows


def _is_armature(_group: bpy.types.PropertyGroup, item: bpy.types.Object) -> bool:
    return item.type == "ARMATURE"


def _forget(group: Any, _context: object) -> None:
    group.own_map, group.own_bones = "", ""
    if isinstance(group, LSMPLifyCharacter):
        group.map_name, group.mapped, group.bones, group.missing = "", 0, 0, ""
        bone_rows.clear(group)
    changes.note_change()


def _changed(_group: object, _context: object) -> None:
    changes.note_change()


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


_INTO = (
    ("NEW", "New Action", "Other actions stay as they are"),
    ("CURRENT", "Its Action", "Replace the keys of the armature's action within the range"),
) + (
    (("SLOT", "Slot of the Motion's", "A slot of its own in the action that moves the source"),)
    if SLOTTED
    else ()
)
"""From 4.4 an action has a slot for everything that it moves."""


_OWN = {"LIBRARY_OVERRIDABLE"}
"""What an override of a linked character may have of its own."""


class LSMPLifyBoneRow(bpy.types.PropertyGroup):
    """A role and the bone that plays it; chains have a row a bone."""

    name: StringProperty(description="The part of a body, in SMPL's words")
    bone: StringProperty(
        name="Bone", update=bone_rows.changed, description="The bone that moves this part of a body"
    )
    guessed: BoolProperty(description="Whether it was found by the rig's structure alone")


class CharacterFields:
    """Annotations only: how a motion is brought to a character. Every character remembers them."""

    map: EnumProperty(
        name="Bone Map", items=_maps, update=_forget,
        description="Which bone of the character is what", override=_OWN,
    )  # fmt: skip
    map_file: StringProperty(
        name="File",
        subtype="FILE_PATH",
        update=_forget,
        override=_OWN,
        description="A saved bone map",
    )
    controls: EnumProperty(
        name="Controls", default="fk", override=_OWN, description="Which controls get keys",
        items=[
            ("fk", "FK", "The bones themselves, or the FK controls of the rig"),
            ("ik", "IK", "Targets and poles of hands and feet"),
            ("both", "FK and IK", "Both, so that a switch between them does not jump"),
        ],
    )  # fmt: skip
    root: EnumProperty(
        name="Root Motion", default="hips", update=_changed, override=_OWN,
        description="Where the way over the ground goes",
        items=[
            ("hips", "Hips", "The hips carry it"),
            ("root", "Root Bone", "The rig's root bone carries it, as game engines want it"),
            ("in-place", "In Place", "Nowhere: the character stays where it is"),
        ],
    )  # fmt: skip
    contacts: BoolProperty(
        name="Keep Contacts", default=True, update=_changed,
        override=_OWN,
        description="Feet stand where the source's stand, hands touch what they touch",
    )  # fmt: skip
    fingers: EnumProperty(
        name="Fingers", default="transfer", update=_changed, override=_OWN,
        description="What the fingers do",
        items=[
            ("transfer", "From the Motion", "Where it has fingers, else relaxed"),
            ("relaxed", "Relaxed", "A hand at rest"),
            ("keep", "Leave Alone", "Fingers get no keys"),
        ],
    )  # fmt: skip
    into: EnumProperty(
        name="Into",
        items=_INTO,
        override=_OWN,
        description="The action that gets the keys of the character",
    )
    own_map: StringProperty(
        override=_OWN, description="A bone map that was corrected by hand, as JSON"
    )
    own_bones: StringProperty(
        override=_OWN, description="The bones that the corrected map is for, as one word"
    )


class LSMPLifyCharacter(CharacterFields, bpy.types.PropertyGroup):
    """Source, character, and how the motion is brought to it."""

    source: PointerProperty(
        type=bpy.types.Object, name="Motion", poll=_is_armature, update=_changed,
        description="The armature that moves: a solved body, or any humanoid character",
    )  # fmt: skip
    target: PointerProperty(
        type=bpy.types.Object, name="Character", poll=_is_armature, update=_forget,
        description="The armature of the character that is to move",
    )  # fmt: skip
    solve_on: EnumProperty(
        name="Proportions", default="CHARACTER", translation_context=CONTEXT,
        description="Whose lengths the tracks are solved on when they are baked on a character",
        items=[
            ("CHARACTER", "Character's", "Hands and feet stay on their tracks, brought to the "
             "character's size; nothing is transferred"),
            ("PERFORMER", "Performer's", "Limbs point exactly as the performer's; the motion is "
             "then brought to the character"),
        ],
    )  # fmt: skip
    several: BoolProperty(
        name="All Selected", default=False,
        description="Bring the motion to every selected armature but the one that moves",
    )  # fmt: skip
    takes: EnumProperty(
        name="Takes", default="SHOWN", description="Which actions of the motion are brought over",
        items=[
            ("SHOWN", "Shown Action", "The action that the armature shows"),
            ("ALL", "All Its Takes", "Every action with keys of its bones, an action each"),
        ],
    )  # fmt: skip
    preview: BoolProperty(
        name="Preview", default=False, update=_changed,
        description="Draw the character as this frame of the motion would pose it; nothing is "
        "changed",
    )  # fmt: skip
    show_rest: BoolProperty(
        name="Show Assumed Rest", default=False, update=_changed,
        description="Draw what was assumed of the rest pose: limbs, and the axes that elbows, "
        "knees, hands and feet bend about",
    )  # fmt: skip
    rows: CollectionProperty(
        type=LSMPLifyBoneRow, description="Parts of a body with the bones that move them"
    )
    active: IntProperty(description="The row that is chosen in the list")
    map_name: StringProperty(name="Map", description="The bone map that was found")
    mapped: IntProperty(name="Mapped", description="How many bones have a role")
    bones: IntProperty(name="Bones", description="How many bones the character has")
    missing: StringProperty(name="Missing", description="Roles that no bone has")
    note: StringProperty(name="Result", description="How the last one went")


class LSMPLifyApplied(CharacterFields, bpy.types.PropertyGroup):
    """What a character was moved by, and how, so that it can be done again."""

    source: PointerProperty(
        type=bpy.types.Object,
        override=_OWN,
        description="The armature whose motion it was moved by",
    )
    action: PointerProperty(
        type=bpy.types.Action, override=_OWN, description="The action that got the character's keys"
    )


def options_of(settings: Any) -> RetargetOptions:
    """The core's options of a group with `CharacterFields`."""
    return RetargetOptions(
        settings.root, settings.contacts, settings.contacts, fingers=settings.fingers
    )


CLASSES = (LSMPLifyBoneRow, LSMPLifyCharacter, LSMPLifyApplied)


def register() -> None:
    """Hang what they remember on armatures; the scene's hangs in `scene.lsmplify`."""
    bpy.types.Object.lsmplify_applied = PointerProperty(type=LSMPLifyApplied, override=_OWN)


def unregister() -> None:
    """Take it back."""
    del bpy.types.Object.lsmplify_applied
