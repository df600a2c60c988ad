# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify`: how the tracks are solved, and what the last solve came to."""

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..common import progress as running
from ..review.verdict import LSMPLifyVerdict
from ..translations import CONTEXT
from .methods import DEVICE_ITEMS, METHOD_ITEMS


class LSMPLifyResult(bpy.types.PropertyGroup):
    """What the last solve came to."""

    done: BoolProperty(description="Whether anything has been solved in this scene")
    layout: StringProperty(description="The layout that was found in the tracks")
    tracks: IntProperty(description="How many tracks were solved for")
    frames: IntProperty(description="How many samples were solved")
    mean_mm: FloatProperty(description="Mean distance between tracks and body in millimetres")
    p95_mm: FloatProperty(
        description="Distance that 95 % of the samples stay under, in millimetres"
    )
    worst_mm: FloatProperty(description="The largest distance, in millimetres")
    worst_track: StringProperty(description="The track with the largest distance")
    worst_frame: IntProperty(description="The scene frame with the largest distance")
    seconds: FloatProperty(description="How long the solve took, in seconds")
    notes: StringProperty(description="What was found or repaired, a line each")
    shown: StringProperty(description="Name of the action whose errors these are")
    action: StringProperty(description="Name of the action that was baked")
    armature: StringProperty(description="Name that the armature had when it was baked on")
    body: PointerProperty(
        type=bpy.types.Object, description="The armature that was baked on, whatever its name is"
    )
    pointed: BoolProperty(description="Whether the armature is known by more than its name")
    verdict: PointerProperty(type=LSMPLifyVerdict, description="Whether the result can be used")


class SolveFields:
    """Annotations only: the scene's settings inherit them."""

    keys: EnumProperty(
        name="Keys", description="Where keys are set", translation_context=CONTEXT,
        items=(("SCENE", "Every Frame", "On the scene's whole frames, interpolated between "
                                        "samples"),
               ("SAMPLES", "Every Sample", "On every sample of the tracks, between frames too")),
    )  # fmt: skip
    use_range: BoolProperty(name="Only Some Frames", description="Solve only a part of the take")
    frame_start: IntProperty(name="Start", default=1, description="First scene frame to solve")
    frame_end: IntProperty(name="End", default=250, description="Last scene frame to solve")
    auto_smooth: BoolProperty(
        name="Smooth by Noise", default=True,
        description="Smooth as much as the tracks' own noise asks for; clean tracks not at all",
    )  # fmt: skip
    smooth: FloatProperty(
        name="Smooth", default=0.0, min=0.0, max=2.0, precision=3, unit="TIME_ABSOLUTE",
        description="Width of the smoothing filter; 0 keeps every detail of the tracks",
    )  # fmt: skip
    mend: BoolProperty(
        name="Repair Tracks", default=True,
        description="Find exchanged labels, leaps, labels on other places and short gaps in the "
        "tracks, and repair them before the solve; Repairs lists them all",
    )  # fmt: skip
    refine: IntProperty(
        name="Refine", default=1, min=0, max=50, translation_context=CONTEXT,
        description="Steps that bring the learned pose exactly to the tracks",
    )  # fmt: skip
    method: EnumProperty(
        name="Method", description="How the tracks become rotations", items=METHOD_ITEMS
    )
    device: EnumProperty(name="Device", description="Where poses are computed", items=DEVICE_ITEMS)
    progress: FloatProperty(
        get=lambda _self: running.done(), description="From 0 to 1 while a solve runs, else -1"
    )
    progress_text: StringProperty(
        get=lambda _self: running.text(), description="The step that the solve is at"
    )
    result: PointerProperty(type=LSMPLifyResult, description="What the last solve came to")


CLASSES = (LSMPLifyResult,)
