# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping list as the scene keeps it: a row for each body point, then one for each unused
track."""

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

    name: StringProperty(description="The body point's name in the layout, or the track's")
    track: StringProperty(
        name="Track", update=_track_changed, description="The track that shows this body point"
    )
    point: StringProperty(
        name="Body Point", update=_point_changed, description="The body point that this track shows"
    )
    joint: IntProperty(default=-1, description="Number of the SMPL joint that carries the point")
    offset: FloatVectorProperty(size=3, description="Metres from that joint in the T-pose")
    alike: BoolProperty(description="Whether the names of point and track say the same")
    used: BoolProperty(
        description="Whether a track's own row is hidden, since a point has the track"
    )
    by_hand: BoolProperty(description="Whether somebody said so")


class LSMPLifyMappingName(bpy.types.PropertyGroup):
    """A name to choose from."""


class LSMPLifyMapping(bpy.types.PropertyGroup):
    """The whole list. edited: whether it says more than the names do, so that a solve must follow
    it."""

    layout: StringProperty(description="Name of the layout that the body points are of")
    rows: CollectionProperty(
        type=LSMPLifyMappingRow,
        description="Body points with their tracks, then tracks without one",
    )
    active: IntProperty(description="The row that is chosen in the list")
    tracks: CollectionProperty(type=LSMPLifyMappingName, description="All tracks to choose from")
    points: CollectionProperty(
        type=LSMPLifyMappingName, description="All body points to choose from"
    )
    edited: BoolProperty(description="Whether the list says more than the names do")
    evidence: StringProperty(description="Why the tracks were taken for these points")


CLASSES = (LSMPLifyMappingRow, LSMPLifyMappingName, LSMPLifyMapping)
