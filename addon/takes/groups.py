# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions, armatures and scenes keep of the clean-up."""

import inspect
from typing import Any

import bpy
from bpy.props import (
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from . import fields, live

KINDS = {
    "SOLVE": "Solve", "TRACKS": "Tracks", "RESOLVE": "Re-solve", "REFINE": "Refine",
    "FEET": "Feet", "SMOOTH": "Smooth", "LIMITS": "Limits", "KEYS": "Keys",
}  # fmt: skip
"""A step's kind and what the action's name says of it."""


class LSMPLifyResolveSettings(fields.ResolveFields, bpy.types.PropertyGroup):
    """Of Re-solve Range."""


class LSMPLifyRefineSettings(fields.RefineFields, bpy.types.PropertyGroup):
    """Of Refine from Tracks."""


class LSMPLifyFeetSettings(fields.FeetFields, bpy.types.PropertyGroup):
    """Of Lock Feet."""


class LSMPLifySmoothSettings(fields.SmoothFields, bpy.types.PropertyGroup):
    """Of Smooth."""


class LSMPLifyLimitsSettings(fields.LimitsFields, bpy.types.PropertyGroup):
    """Of Limits and Twist."""


class LSMPLifyKeysSettings(fields.KeysFields, bpy.types.PropertyGroup):
    """Of Reduce Keys."""


class LSMPLifyPoseKey(bpy.types.PropertyGroup):
    """A pose that the artist has set; `pose`: base 64 of rotations and root, see posekeys."""

    frame: FloatProperty(name="Frame")
    pose: StringProperty()


class StepSettings:
    """The settings of all steps, for a scene or an action."""

    resolve: PointerProperty(type=LSMPLifyResolveSettings)
    refine: PointerProperty(type=LSMPLifyRefineSettings)
    feet: PointerProperty(type=LSMPLifyFeetSettings)
    smooth: PointerProperty(type=LSMPLifySmoothSettings)
    limits: PointerProperty(type=LSMPLifyLimitsSettings)
    keys: PointerProperty(type=LSMPLifyKeysSettings)


GROUPS = ("resolve", "refine", "feet", "smooth", "limits", "keys")


class LSMPLifyStep(StepSettings, bpy.types.PropertyGroup):
    """`action.lsmplify_step`: which step made it from which action, with which settings; `changes`: what
    that changed, empty while a setting is dragged."""

    kind: StringProperty()
    take: StringProperty()
    source: PointerProperty(type=bpy.types.Action)
    record: StringProperty(options={"HIDDEN"})
    record_id: StringProperty(options={"HIDDEN"})
    expected: StringProperty(options={"HIDDEN"})
    refined: StringProperty(options={"HIDDEN"})
    contacts: StringProperty(options={"HIDDEN"})
    changes: StringProperty()
    pose_keys: CollectionProperty(type=LSMPLifyPoseKey)


class LSMPLifySpan(bpy.types.PropertyGroup):
    """A stretch worth a look."""

    region: StringProperty()
    what: StringProperty()
    figure: StringProperty()
    first: IntProperty()
    last: IntProperty()
    worst: IntProperty()


def _go_to_span(rig: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """A click on a span goes to its worst frame."""
    if not live.is_silent() and 0 <= rig.span < len(rig.spans):
        context.scene.frame_set(rig.spans[rig.span].worst)


def _go_to_key(rig: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """A click on a pose key goes to its frame."""
    if not live.is_silent() and 0 <= rig.pose_key < len(rig.pose_keys):
        context.scene.frame_set(round(rig.pose_keys[rig.pose_key].frame))


class LSMPLifyRig(bpy.types.PropertyGroup):
    """`object.lsmplify_rig`: the pose keys and worst spans of an armature, and the other action of A/B."""

    pose_keys: CollectionProperty(type=LSMPLifyPoseKey)
    pose_key: IntProperty(name="Pose Key", update=_go_to_key)
    spans: CollectionProperty(type=LSMPLifySpan)
    span: IntProperty(name="Span", update=_go_to_span)
    spans_of: StringProperty()
    other: PointerProperty(type=bpy.types.Action)


class LSMPLifyCleanUp(StepSettings, bpy.types.PropertyGroup):
    """`scene.lsmplify.cleanup`: what the next steps will use."""

    into: EnumProperty(
        name="Into", description="What each step makes",
        items=(("ACTION", "New Action", "The armature gets a new action; the one before stays"),
               ("NLA", "NLA Layer", "A new track in the NLA editor, above the ones before")),
    )  # fmt: skip


CLASSES = (
    LSMPLifyResolveSettings, LSMPLifyRefineSettings, LSMPLifyFeetSettings, LSMPLifySmoothSettings,
    LSMPLifyLimitsSettings, LSMPLifyKeysSettings, LSMPLifyPoseKey, LSMPLifyStep, LSMPLifySpan,
    LSMPLifyRig, LSMPLifyCleanUp,
)  # fmt: skip


def register() -> None:
    """Hang the groups on actions and objects; the scene's hangs in `scene.lsmplify`."""
    bpy.types.Action.lsmplify_step = PointerProperty(type=LSMPLifyStep)
    bpy.types.Object.lsmplify_rig = PointerProperty(type=LSMPLifyRig)


def unregister() -> None:
    """Take them back."""
    del bpy.types.Object.lsmplify_rig
    del bpy.types.Action.lsmplify_step


def names_of(group: object) -> list[str]:
    """The settings that a group has, in the order in which they are written."""
    return [n for cls in type(group).__mro__ for n in inspect.get_annotations(cls)]


def values_of(group: object) -> dict[str, Any]:
    """A group's settings as plain values: numbers, words, lists of them."""
    return {name: plain(getattr(group, name)) for name in names_of(group)}


def fill(group: object, values: dict[str, Any]) -> None:
    """Set what a group has of these values, without anything being made anew. Values that don't fit
    raise TypeError or ValueError, as Blender says."""
    with live.silent():
        for name in names_of(group):
            if name in values:
                value = values[name]
                if isinstance(value, list) and group.bl_rna.properties[name].type == "ENUM":
                    value = set(value)
                setattr(group, name, value)


def plain(value: Any) -> Any:
    """A setting as a number, a word, or a list of them."""
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, (bool, int, float, str)):
        return value
    return list(value)
