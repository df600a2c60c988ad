# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping list as the scene keeps it: a row for each body point, then one for each unused track."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    FloatVectorProperty,
    IntProperty,
    StringProperty,
)

from . import rows


def _track_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    rows.track_changed(context.scene.lsmplify.mapping, self)


def _point_changed(self: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    rows.point_changed(context.scene.lsmplify.mapping, self)


class LSMPLifyMappingRow(bpy.types.PropertyGroup):
    """A body point and its track; a track without a point where `joint` is negative."""

    name: StringProperty()
    track: StringProperty(
        name="Track", update=_track_changed, description="The track that shows this body point"
    )
    point: StringProperty(
        name="Body Point", update=_point_changed, description="The body point that this track shows"
    )
    joint: IntProperty(default=-1)
    offset: FloatVectorProperty(size=3)
    alike: BoolProperty(description="Whether the names of point and track say the same")
    used: BoolProperty(
        description="Whether a track's own row is hidden, since a point has the track"
    )
    by_hand: BoolProperty(description="Whether somebody said so")


class LSMPLifyMappingName(bpy.types.PropertyGroup):
    """A name to choose from."""


class LSMPLifyMapping(bpy.types.PropertyGroup):
    """The whole list. edited: whether it says more than the names do, so that a solve must follow it."""

    layout: StringProperty()
    rows: CollectionProperty(type=LSMPLifyMappingRow)
    active: IntProperty()
    tracks: CollectionProperty(type=LSMPLifyMappingName)
    points: CollectionProperty(type=LSMPLifyMappingName)
    edited: BoolProperty()
    evidence: StringProperty()


CLASSES = (LSMPLifyMappingRow, LSMPLifyMappingName, LSMPLifyMapping)
