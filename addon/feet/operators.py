# SPDX-License-Identifier: GPL-3.0-or-later
"""Find when feet stand, show it on the timeline, and lock them there."""

import json

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty

from ...lsmplify_core.cleanup.feet.contacts import Contact, ContactSettings, find_contacts
from ...lsmplify_core.cleanup.feet.floor import Floor, find_floor
from ...lsmplify_core.runtime.errors import InputError
from ..clean_up.orders import Order
from ..clean_up.step_operator import StepOperator, fill_panel
from ..takes import fields
from ..takes.armature_operator import ArmatureOperator
from ..takes.reading import Take, read_take
from ..translations import CONTEXT
from . import markers as foot_markers


class LSMPLIFY_OT_find_contacts(ArmatureOperator, bpy.types.Operator):
    """Find the floor and when feet stand on it, and show that as markers on the timeline"""

    bl_idname = "lsmplify.find_contacts"
    bl_label = "Find Contacts"

    find_floor: BoolProperty(
        name="Find the Floor", default=True, description="Find height and slope of the floor"
    )
    height: FloatProperty(
        name="Floor Height m", default=0.0, precision=3,
        description="The floor's height where it is not to be found, in metres",
    )  # fmt: skip
    speed: FloatProperty(
        name="Max Speed m/s", default=ContactSettings().speed, min=0.01, max=3.0,
        description="A heel or toe that is slower may stand; metres a second",
    )  # fmt: skip
    near: FloatProperty(
        name="Max Height m", default=ContactSettings().height, min=0.001, max=0.5, precision=3,
        description="A heel or toe that is so near the floor may stand; metres",
    )  # fmt: skip
    detail: EnumProperty(
        name="Markers", default="FOOT", translation_context=CONTEXT,
        description="What gets markers of its own on the timeline",
        items=(("FOOT", "Feet", "Two markers each time that a foot stands"),
               ("PARTS", "Heels and Toes", "Two each time that a heel or a toe stands")),
    )  # fmt: skip

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """With the panel's settings."""
        panel = context.scene.lsmplify.cleanup.feet
        for name in ("find_floor", "height", "speed", "near"):
            if not self.properties.is_property_set(name):
                setattr(self, name, getattr(panel, name))
        return self.execute(context)

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Find and show."""
        take = read_take(context, armature)
        settings = ContactSettings(speed=self.speed, height=self.near)
        floor = (
            find_floor(take.motion, settings.speed, settings.calm)
            if self.find_floor
            else Floor(self.height)
        )
        contacts = find_contacts(take.motion, floor, settings)
        if not contacts:
            raise InputError("no foot stands anywhere; raise Max Speed or Max Height")
        shown = foot_markers.show(context.scene, take, contacts, self.detail == "PARTS")
        found = {"height": floor.height, "slope": list(floor.slope), "speed": self.speed,
                 "near": self.near}  # fmt: skip
        fill_panel(context, "FEET", found)
        return f"{shown} markers, floor at {floor.height:.3f} m"


class LSMPLIFY_OT_clear_contacts(ArmatureOperator, bpy.types.Operator):
    """Take the markers of feet away; other markers stay"""

    bl_idname = "lsmplify.clear_contacts"
    bl_label = "Clear Contacts"

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Take them away."""
        return f"{foot_markers.clear(context.scene, armature)} markers removed"


class LSMPLIFY_OT_add_contact(ArmatureOperator, bpy.types.Operator):
    """Add a marker at the current frame: a foot comes down or leaves the floor"""

    bl_idname = "lsmplify.add_contact"
    bl_label = "Add Contact Marker"

    side: EnumProperty(
        name="Side", description="Which foot the marker is about",
        items=(("L", "Left", "The left foot"), ("R", "Right", "The right foot")),
    )  # fmt: skip
    what: EnumProperty(
        name="Part", description="Which part of the foot the marker is about",
        items=(("foot", "Foot", "Heel, toe or both"), ("heel", "Heel", "The heel"),
               ("toe", "Toe", "The toe")),
    )  # fmt: skip
    down: BoolProperty(name="Down", default=True, description="It comes down here, else it leaves")

    def act(self, context: bpy.types.Context, armature: bpy.types.Object) -> str:
        """Add it."""
        name = f"{self.side} {self.what} {'down' if self.down else 'up'}"
        foot_markers.add(context.scene, armature, name)
        return f"{name} at frame {context.scene.frame_current}"


class LSMPLIFY_OT_lock_feet(StepOperator, fields.FeetFields, bpy.types.Operator):
    """Hold the feet where the markers say that they stand; knees and hips follow softly"""

    bl_idname = "lsmplify.lock_feet"
    bl_label = "Lock Feet"
    kind = "FEET"

    def order(self, context: bpy.types.Context, take: Take) -> Order:
        """With the markers; without any, with the contacts that the motion shows. Where the floor
        is to be found it is, unless markers are there and the caller or the panel says where it
        lies."""
        settings = ContactSettings(speed=self.speed, height=self.near)
        marks = foot_markers.marks_in(context.scene, take)
        said = bool(marks) and self.properties.is_property_set("height")
        if self.find_floor and not said:
            floor = find_floor(take.motion, settings.speed, settings.calm)
            self.height, self.slope = floor.height, floor.slope
        floor = Floor(self.height, tuple(self.slope))
        found = find_contacts(take.motion, floor, settings)
        contacts = foot_markers.read(context.scene, take, found) if marks else found
        return Order(self.kind, self.step_values(), contacts=_text(contacts))


def _text(contacts: list[Contact]) -> str:
    return json.dumps([(c.part, c.first, c.last) for c in contacts])


CLASSES = (
    LSMPLIFY_OT_find_contacts, LSMPLIFY_OT_clear_contacts, LSMPLIFY_OT_add_contact,
    LSMPLIFY_OT_lock_feet,
)  # fmt: skip
