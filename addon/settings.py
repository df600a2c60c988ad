# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings and results that a scene keeps: `scene.lsmplify`."""

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

from ..lsmplify_core.layouts.layout import shipped_layouts
from ..lsmplify_core.tracks.units_and_axes import UNITS
from .common import progress as running
from .mapping.properties import LSMPLifyMapping
from .review.properties import LSMPLifySeeing
from .solve.methods import DEVICE_ITEMS, METHOD_ITEMS
from .takes import repair_marks
from .takes.properties import LSMPLifyCleanUp
from .tracks.sources.vertices import KINDS
from .translations import CONTEXT

_LAYOUTS = (
    ("auto", "Find by Names", "Take the layout that explains the tracks' names best"),
    *((name, name, f"The points of {name}") for name in shipped_layouts()),
    ("none", "Without Names", "Names mean nothing: each track goes to the part of the body that it "
     "moves with, 20 tracks at least; what Mapping says of some of them is believed"),
)  # fmt: skip
UNIT_ITEMS = (
    ("auto", "Find", "From the file and the body's size"),
    *((u, u, f"The tracks are in {u}") for u in UNITS),
)
UP_ITEMS = (
    ("auto", "Find", "The axis along which heads lie above feet"),
    *((a, a.upper(), f"{a.upper()} points up") for a in ("+z", "+y", "+x", "-z", "-y", "-x")),
)


def _is_armature(_self: object, candidate: bpy.types.Object) -> bool:
    return candidate.type == "ARMATURE"


def _has_vertices(_self: object, candidate: bpy.types.Object) -> bool:
    return candidate.type in KINDS


def _mark_repairs(settings: bpy.types.PropertyGroup, _context: object) -> None:
    repair_marks.refresh_all(settings.id_data)


class LSMPLifyPersonName(bpy.types.PropertyGroup):
    """Somebody in the tracks, to choose from."""


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
    notes: StringProperty(description="What was found or mended, a line each")
    action: StringProperty(description="Name of the action that was baked")
    armature: StringProperty(description="Name of the armature that was baked on")


class LSMPLifySettings(bpy.types.PropertyGroup):
    """Everything that the panel sets."""

    source: EnumProperty(
        name="Tracks",
        description="Where the 3D points come from",
        items=(
            ("SELECTED", "Selected Objects", "The selected empties and other objects"),
            ("COLLECTION", "Collection", "All objects of a collection"),
            (
                "BONES",
                "Armature's Bones",
                "Bones that stand for markers, as C3D importers make them",
            ),
            (
                "VERTICES",
                "Vertices",
                "Vertices of a mesh or point cloud, as point caches have them",
            ),
            ("FILE", "File", "A C3D, TRC, CSV or NumPy file, without importing it first"),
        ),
    )
    collection: PointerProperty(
        type=bpy.types.Collection, name="Collection", description="The objects to take as tracks"
    )
    track_armature: PointerProperty(
        type=bpy.types.Object, name="Tracks", poll=_is_armature,
        description="The armature whose bones are the tracks",
    )  # fmt: skip
    point_cache: PointerProperty(
        type=bpy.types.Object, name="Mesh", poll=_has_vertices,
        description="The mesh or point cloud whose vertices are the tracks",
    )  # fmt: skip
    vertices_by: EnumProperty(
        name="Named By", description="How vertices become tracks",
        items=(("GROUPS", "Vertex Groups", "Each vertex group is a track: its weighted middle"),
               ("ATTRIBUTE", "Attribute", "Vertices with the same value, text or whole number, are a track"),
               ("VERTICES", "Number", "Every vertex is a track")),
    )  # fmt: skip
    vertex_attribute: StringProperty(
        name="Attribute", description="Point attribute with the tracks' names or numbers"
    )
    person: StringProperty(
        name="Person", description="The one to solve; empty for everybody in the tracks"
    )
    people: CollectionProperty(
        type=LSMPLifyPersonName, description="Who is in the tracks, as Look at the Tracks found"
    )
    mapping: PointerProperty(type=LSMPLifyMapping, description="Which track is which body point")
    filepath: StringProperty(
        name="File", subtype="FILE_PATH", description="The file with the tracks"
    )
    layout: EnumProperty(
        name="Layout", items=_LAYOUTS, description="Which points of a body the tracks are"
    )
    unit: EnumProperty(
        name="Unit", description="Unit of the tracks; found from the body's size", items=UNIT_ITEMS
    )
    up: EnumProperty(
        name="Up",
        description="Axis of the tracks that points up; found from the body",
        items=UP_ITEMS,
    )
    target: EnumProperty(
        name="Armature", description="What the motion is baked on",
        items=(("NEW", "New Body", "Make an SMPL armature with a mannequin, sized to the take"),
               ("EXISTING", "Existing", "An armature whose bones are named as SMPL's joints")),
    )  # fmt: skip
    calibration: StringProperty(
        name="Calibration", subtype="FILE_PATH",
        description="What is known of the person: a calibration saved before, or a static trial of "
        "the same person with the same markers; empty to calibrate on the take itself",
    )  # fmt: skip
    armature: PointerProperty(
        type=bpy.types.Object, name="Armature", poll=_is_armature,
        description="The armature to bake on; its own proportions are used",
    )  # fmt: skip
    into: EnumProperty(
        name="Into", description="The action that gets the keys",
        items=(("NEW", "New Action", "Other actions stay as they are"),
               ("CURRENT", "Its Action", "Replace the keys of the armature's action within the range")),
    )  # fmt: skip
    keys: EnumProperty(
        name="Keys", description="Where keys are set", translation_context=CONTEXT,
        items=(("SCENE", "Every Frame", "On the scene's whole frames, interpolated between samples"),
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
        name="Mend Tracks", default=True,
        description="Find exchanged labels, leaps, labels on other places and short gaps in the "
        "tracks, and mend them before the solve; Repairs lists them all",
    )  # fmt: skip
    mark_repairs: BoolProperty(
        name="Mark on Timeline", default=True, update=_mark_repairs,
        description="Show what was mended, but for filled gaps, as markers on the timeline",
    )  # fmt: skip
    refine: IntProperty(
        name="Refine", default=1, min=0, max=50, translation_context=CONTEXT,
        description="Steps that bring the learned pose exactly to the tracks",
    )  # fmt: skip
    method: EnumProperty(
        name="Method", description="How the tracks become rotations", items=METHOD_ITEMS
    )
    device: EnumProperty(
        name="Device", description="Where the research methods calculate", items=DEVICE_ITEMS
    )
    progress: FloatProperty(
        get=lambda _self: running.done(), description="From 0 to 1 while a solve runs, else -1"
    )
    progress_text: StringProperty(
        get=lambda _self: running.text(), description="The step that the solve is at"
    )
    found: StringProperty(description="What Look at the Tracks found, a line each")
    result: PointerProperty(type=LSMPLifyResult, description="What the last solve came to")
    seeing: PointerProperty(type=LSMPLifySeeing, description="What is drawn over the viewport")
    cleanup: PointerProperty(
        type=LSMPLifyCleanUp, description="Settings of the next clean-up steps"
    )
