# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions, armatures and scenes keep of the clean-up."""

import inspect
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
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
    "FEET": "Feet", "SMOOTH": "Smooth", "LIMITS": "Limits", "KEYS": "Keys", "MEND": "Repairs",
    "PLACE": "Place",
}  # fmt: skip
"""A step's kind and what the action's name says of it."""


_OWN = {"LIBRARY_OVERRIDABLE"}
_GROWS = {"LIBRARY_OVERRIDABLE", "USE_INSERTION"}
"""What an override of a linked armature may have of its own: values, and lists that grow."""


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


class LSMPLifyPlaceSettings(fields.PlaceFields, bpy.types.PropertyGroup):
    """Of Place."""


class LSMPLifyKeysSettings(fields.KeysFields, bpy.types.PropertyGroup):
    """Of Reduce Keys."""


class LSMPLifyPoseKey(bpy.types.PropertyGroup):
    """A pose that the artist has set; `pose`: base 64 of rotations and root, see posekeys."""

    frame: FloatProperty(name="Frame", description="Scene frame that the pose was set at")
    pose: StringProperty(description="The pose: rotations and root in base 64")


class LSMPLifyRepair(bpy.types.PropertyGroup):
    """A mistake in an action's tracks and its repair. tracks: JSON, a list of names. first, last:
    samples; start, end: scene frames. on: whether the next solve repairs it."""

    kind: StringProperty(description="What is wrong: gap, spike, swap or another mistake")
    tracks: StringProperty(description="Names of the tracks that it concerns, as JSON")
    first: IntProperty(description="First sample of the tracks that is wrong")
    last: IntProperty(description="Last sample of the tracks that is wrong")
    start: IntProperty(description="Scene frame that it begins at")
    end: IntProperty(description="Scene frame that it ends at")
    done: StringProperty(description="What was done about it")
    evidence: StringProperty(description="What shows that the samples are wrong")
    told: StringProperty(description="What was done and why, in scene frames")
    on: BoolProperty(
        name="Repair",
        default=True,
        description="Repair this when the take is solved with this list",
    )


def _go_to_repair(step: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """A click on a repair goes to its first frame."""
    if not live.is_silent() and 0 <= step.repair < len(step.repairs):
        context.scene.frame_set(step.repairs[step.repair].start)


class StepSettings:
    """The settings of all steps, for a scene or an action."""

    resolve: PointerProperty(type=LSMPLifyResolveSettings, description="Settings of Re-solve Range")
    refine: PointerProperty(
        type=LSMPLifyRefineSettings, description="Settings of Refine from Tracks"
    )
    feet: PointerProperty(type=LSMPLifyFeetSettings, description="Settings of Lock Feet")
    smooth: PointerProperty(type=LSMPLifySmoothSettings, description="Settings of Smooth")
    limits: PointerProperty(type=LSMPLifyLimitsSettings, description="Settings of Limits and Twist")
    keys: PointerProperty(type=LSMPLifyKeysSettings, description="Settings of Reduce Keys")
    place: PointerProperty(type=LSMPLifyPlaceSettings, description="Settings of Place")


GROUPS = ("resolve", "refine", "feet", "smooth", "limits", "keys", "place")


class LSMPLifyStep(StepSettings, bpy.types.PropertyGroup):
    """`action.lsmplify_step`: which step made it from which action, with which settings; `changes`:
    what that changed, empty while a setting is dragged."""

    kind: StringProperty(description="Kind of the step that made the action")
    take: StringProperty(description="Name of the take that it began with")
    source: PointerProperty(type=bpy.types.Action, description="The action that it was made from")
    record: StringProperty(options={"HIDDEN"}, description="The tracks, packed as text")
    record_id: StringProperty(options={"HIDDEN"}, description="What tells these tracks from others")
    expected: StringProperty(
        options={"HIDDEN"}, description="How unsure the network is, packed as text"
    )
    refined: StringProperty(
        options={"HIDDEN"}, description="The motion at full strength, packed as text"
    )
    contacts: StringProperty(options={"HIDDEN"}, description="When feet stand, as text")
    changes: StringProperty(description="What the step changed, in one line")
    pose_keys: CollectionProperty(
        type=LSMPLifyPoseKey, description="The pose keys that the step began with"
    )
    repairs: CollectionProperty(
        type=LSMPLifyRepair, description="What was repaired in the tracks before the solve"
    )
    repair: IntProperty(
        name="Repair", description="Line of the list of repairs", update=_go_to_repair
    )


class LSMPLifySpan(bpy.types.PropertyGroup):
    """A stretch worth a look."""

    region: StringProperty(description="The part of the body that it is about")
    what: StringProperty(description="What is wrong: track error, jitter or unsure")
    figure: StringProperty(description="How much of it, with its unit")
    first: IntProperty(description="First scene frame of the span")
    last: IntProperty(description="Last scene frame of the span")
    worst: IntProperty(description="The worst scene frame in it")


def _go_to_span(rig: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """A click on a span goes to its worst frame."""
    if not live.is_silent() and 0 <= rig.span < len(rig.spans):
        context.scene.frame_set(rig.spans[rig.span].worst)


def _go_to_key(rig: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """A click on a pose key goes to its frame."""
    if not live.is_silent() and 0 <= rig.pose_key < len(rig.pose_keys):
        context.scene.frame_set(round(rig.pose_keys[rig.pose_key].frame))


class LSMPLifyRig(bpy.types.PropertyGroup):
    """`object.lsmplify_rig`: the pose keys and worst spans of an armature, and the other action of
    A/B."""

    pose_keys: CollectionProperty(
        type=LSMPLifyPoseKey, description="Poses that were set by hand", override=_GROWS
    )
    pose_key: IntProperty(
        name="Pose Key", update=_go_to_key, description="The chosen pose key; a click goes there"
    )
    spans: CollectionProperty(
        type=LSMPLifySpan, description="The worst spans, worst first", override=_GROWS
    )
    span: IntProperty(
        name="Span",
        update=_go_to_span,
        description="The chosen span; a click goes to its worst frame",
    )
    spans_of: StringProperty(description="Name of the action that the spans are of")
    looked: BoolProperty(description="Whether somebody has gone to a span of the list")
    posing: BoolProperty(description="Whether a span is being posed by Pose This")
    was_in_front: BoolProperty(description="Whether bones were drawn in front before Pose This")
    other: PointerProperty(type=bpy.types.Action, description="The action that A/B switches to")


class LSMPLifyCleanUp(StepSettings, bpy.types.PropertyGroup):
    """`scene.lsmplify.cleanup`: what the next steps will use."""

    into: EnumProperty(
        name="Into", description="What each step makes",
        items=(("ACTION", "New Action", "The armature gets a new action; the one before stays"),
               ("NLA", "NLA Layer", "A new track in the NLA editor, above the ones before")),
    )  # fmt: skip


CLASSES = (
    LSMPLifyResolveSettings, LSMPLifyRefineSettings, LSMPLifyFeetSettings, LSMPLifySmoothSettings,
    LSMPLifyLimitsSettings, LSMPLifyPlaceSettings, LSMPLifyKeysSettings, LSMPLifyPoseKey,
    LSMPLifyRepair, LSMPLifyStep,
    LSMPLifySpan, LSMPLifyRig, LSMPLifyCleanUp,
)  # fmt: skip


def register() -> None:
    """Hang the groups on actions and objects; the scene's hangs in `scene.lsmplify`."""
    bpy.types.Action.lsmplify_step = PointerProperty(type=LSMPLifyStep)
    bpy.types.Object.lsmplify_rig = PointerProperty(type=LSMPLifyRig, override=_OWN)


def unregister() -> None:
    """Take them back."""
    del bpy.types.Object.lsmplify_rig
    del bpy.types.Action.lsmplify_step


def names_of(group: bpy.types.PropertyGroup) -> list[str]:
    """The settings that a group has, in the order in which they are written."""
    return [n for cls in type(group).__mro__ for n in inspect.get_annotations(cls)]


def values_of(group: bpy.types.PropertyGroup) -> dict[str, Any]:
    """A group's settings as plain values: numbers, words, lists of them."""
    return {name: plain(getattr(group, name)) for name in names_of(group)}


def fill(group: bpy.types.PropertyGroup, values: dict[str, Any]) -> None:
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
