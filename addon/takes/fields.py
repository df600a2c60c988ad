# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of each step, written once: operators, scenes, actions and presets share them.

Classes with annotations only; a PropertyGroup or an Operator that inherits one has its properties.
"""

from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    StringProperty,
)

from ...lsmplify_core.cleanup.feet.contacts import ContactSettings
from ...lsmplify_core.cleanup.feet.lock import FeetSettings
from ...lsmplify_core.cleanup.regions import region_names
from ..translations import CONTEXT
from . import live

_FEET, _CONTACTS = FeetSettings(), ContactSettings()

REGION_FIELDS = {name: name.replace(" ", "_") for name in region_names()}
"""A region's name and its property's."""

REGION_ITEMS = tuple(
    (field.upper(), name.title(), f"The {name}'s bones", 1 << i)
    for i, (name, field) in enumerate(REGION_FIELDS.items())
)


def region_of_item(item: str) -> str:
    """The region that an item of REGION_ITEMS means."""
    return next(name for name, field in REGION_FIELDS.items() if field.upper() == item)


class ResolveFields:
    """Solve a range anew from pose keys."""

    frame_start: IntProperty(
        name="Start", default=1, description="First scene frame to solve anew; none before changes"
    )
    frame_end: IntProperty(
        name="End", default=250, description="Last scene frame to solve anew; none after changes"
    )
    bones: EnumProperty(
        name="Bones", description="What may change",
        items=(("ALL", "All", "The whole body"),
               ("SELECTED", "Selected", "Only the selected bones"),
               ("REGIONS", "Regions", "Only the chosen regions")),
    )  # fmt: skip
    regions: EnumProperty(
        name="Regions", items=REGION_ITEMS, options={"ENUM_FLAG"},
        default={REGION_ITEMS[3][0]}, description="Regions that may change",
    )  # fmt: skip
    bone_names: StringProperty(
        name="Bone Names", options={"HIDDEN"},
        description="Bones that may change, separated by commas; empty for the selected ones",
    )  # fmt: skip
    memory: FloatProperty(
        name="Falloff", default=0.6, min=0.05, max=5.0, unit="TIME_ABSOLUTE",
        translation_context=CONTEXT,
        description="How long before and after a pose key it influences frames without tracks",
    )  # fmt: skip
    ease: FloatProperty(
        name="Blend Time", default=0.25, min=0.0, max=2.0, unit="TIME_ABSOLUTE",
        description="Time over which the result blends into the pose keys and the borders of the "
                    "range",
    )  # fmt: skip


class RefineFields:
    """An action from elsewhere brought to its tracks."""

    strength: FloatProperty(
        name="Strength", default=1.0, min=0.0, max=1.0, subtype="FACTOR", update=live.changed,
        description="0 keeps the action as it was, 1 follows the tracks",
    )  # fmt: skip


class FeetFields:
    """Feet that stand where they stand."""

    ease: FloatProperty(
        name="Blend Time", default=_FEET.ease, min=0.0, max=1.0, unit="TIME_ABSOLUTE",
        update=live.changed,
        description="Time over which the correction blends in and out beside a contact",
    )  # fmt: skip
    slack: FloatProperty(
        name="Tolerance m", default=_FEET.slack, min=0.0, max=1.0, precision=4, step=0.1,
        update=live.changed,
        description="Metres that a standing foot may drift before the lock gives way; if "
                    "large, it never does",
    )  # fmt: skip
    above: BoolProperty(
        name="Above the Floor", default=True, update=live.changed,
        description="Bring heels and toes up to the floor where they are under it",
    )  # fmt: skip
    find_floor: BoolProperty(
        name="Find the Floor", default=True,
        description="Find height and slope of the floor where the feet come to rest",
    )  # fmt: skip
    height: FloatProperty(
        name="Floor Height m", default=0.0, precision=3, step=1, update=live.changed,
        description="Height of the floor in the world, in metres whatever the scene's unit",
    )  # fmt: skip
    slope: FloatVectorProperty(
        name="Floor Slope", size=2, default=(0.0, 0.0), precision=3, step=1, soft_min=-0.4,
        soft_max=0.4, update=live.changed,
        description="How many metres the floor rises on a metre along X and Y",
    )  # fmt: skip
    speed: FloatProperty(
        name="Max Speed m/s", default=_CONTACTS.speed, min=0.01, max=3.0,
        description="A heel or toe that is slower may stand; metres a second",
    )  # fmt: skip
    near: FloatProperty(
        name="Max Height m", default=_CONTACTS.height, min=0.001, max=0.5, precision=3, step=1,
        description="A heel or toe that is so near the floor may stand; metres",
    )  # fmt: skip


def _strength(name: str) -> object:
    return FloatProperty(
        name=name.title(), default=0.0, min=0.0, max=1.0, precision=3, step=1,
        unit="TIME_ABSOLUTE", update=live.changed,
        description=f"Width of the smoothing filter for the {name}; 0 leaves it as it is",
    )  # fmt: skip


class SmoothFields:
    """Smoothing by region."""

    root: _strength("root")
    spine: _strength("spine")
    head: _strength("head")
    left_arm: _strength("left arm")
    right_arm: _strength("right arm")
    left_leg: _strength("left leg")
    right_leg: _strength("right leg")
    keep: FloatProperty(
        name="Keep Impacts", default=1.0, min=0.0, max=1.0, subtype="FACTOR", update=live.changed,
        description="How much of the original stays where something strikes",
    )  # fmt: skip


class LimitsFields:
    """Limits, twist, and smoothing of what no track shows."""

    limits: FloatProperty(
        name="Limits", default=1.0, min=0.0, max=1.0, subtype="FACTOR", update=live.changed,
        description="How firmly rotations past what a body can do are drawn back",
    )  # fmt: skip
    margin: FloatProperty(
        name="Margin", default=10.0, min=0.5, max=60.0, update=live.changed,
        description="Degrees that a rotation may at most stay past its range",
    )  # fmt: skip
    twist: FloatProperty(
        name="Spread Twist", default=0.0, min=0.0, max=1.0, subtype="FACTOR", update=live.changed,
        description="How evenly the twist of the arms is shared along upper arm and forearm",
    )  # fmt: skip
    calm: FloatProperty(
        name="Smoothing", default=0.0, min=0.0, max=1.0, unit="TIME_ABSOLUTE",
        update=live.changed,
        description="Time over which rotations that no track shows are smoothed",
    )  # fmt: skip
    unsure: FloatProperty(
        name="Threshold °", default=20.0, min=1.0, max=90.0, update=live.changed,
        description="Degrees of expected error from which a rotation is smoothed in full",
    )  # fmt: skip


class PlaceFields:
    """Where a take stands."""

    on_floor: BoolProperty(
        name="Put on the Floor", default=False, update=live.changed,
        description="Level the floor of the take and bring it to height 0",
    )  # fmt: skip
    face_front: BoolProperty(
        name="Face Front", default=False, update=live.changed,
        description="Turn the take until it looks to the front view in its first second",
    )  # fmt: skip
    centre: BoolProperty(
        name="Centre", default=False, update=live.changed,
        description="Bring the first frame of the take over the origin",
    )  # fmt: skip
    in_place: BoolProperty(
        name="In Place", default=False, update=live.changed,
        description="Take the way over the ground out, as loops for games need it; sway and height "
                    "stay",
    )  # fmt: skip


class KeysFields:
    """Fewer keys."""

    mode: EnumProperty(
        name="Keys", update=live.changed, default="FEWEST", translation_context=CONTEXT,
        description="Which keys are kept: fewer are easier to edit by hand",
        items=(("EVERY", "Every Frame", "A key on every frame"),
               ("NTH", "Every Nth", "A key on every n-th frame"),
               ("FEWEST", "As Few as Fit", "As few keys as an error allows")),
    )  # fmt: skip
    every: IntProperty(
        name="Every", default=4, min=1, max=1000, update=live.changed,
        description="Frames from one key to the next",
    )  # fmt: skip
    most_mm: FloatProperty(
        name="Max Error mm", default=2.0, min=0.01, max=1000.0, update=live.changed,
        description="Millimetres that a joint may be moved",
    )  # fmt: skip
    most_degrees: FloatProperty(
        name="Max Error °", default=0.5, min=0.01, max=90.0, update=live.changed,
        description="Degrees that a rotation may be changed",
    )  # fmt: skip
