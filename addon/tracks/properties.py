# SPDX-License-Identifier: GPL-3.0-or-later
"""`scene.lsmplify`: where the points come from and what they are."""

import bpy
from bpy.props import (
    CollectionProperty,
    EnumProperty,
    FloatVectorProperty,
    PointerProperty,
    StringProperty,
)

from ...lsmplify_core.layouts.layout import shipped_layouts
from ...lsmplify_core.tracks.units import UNITS
from ..mapping.properties import LSMPLifyMapping
from .sources.vertices import KINDS

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
UP_CHOICES = (
    *UP_ITEMS,
    ("DIRECTION", "Direction", "A direction in the tracks' own axes, as of a camera that leans"),
)


def is_armature(_self: object, candidate: bpy.types.Object) -> bool:
    """Lets a property offer armatures only."""
    return candidate.type == "ARMATURE"


def _has_vertices(_self: object, candidate: bpy.types.Object) -> bool:
    return candidate.type in KINDS


class LSMPLifyPersonName(bpy.types.PropertyGroup):
    """Somebody in the tracks, to choose from."""


class TracksFields:
    """Annotations only: the scene's settings inherit them."""

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
        type=bpy.types.Object, name="Tracks", poll=is_armature,
        description="The armature whose bones are the tracks",
    )  # fmt: skip
    point_cache: PointerProperty(
        type=bpy.types.Object, name="Mesh", poll=_has_vertices,
        description="The mesh or point cloud whose vertices are the tracks",
    )  # fmt: skip
    vertices_by: EnumProperty(
        name="Named By", description="How vertices become tracks",
        items=(("GROUPS", "Vertex Groups", "Each vertex group is a track: its weighted middle"),
               ("ATTRIBUTE", "Attribute", "Vertices with the same value, text or whole number, are "
                                          "a track"),
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
        items=UP_CHOICES,
    )
    up_direction: FloatVectorProperty(
        name="Direction", size=3, subtype="XYZ", default=(0.0, 0.0, 1.0), min=-1.0, max=1.0,
        description="Where up is in the tracks' own axes; its length does not matter",
    )  # fmt: skip
    image_size: StringProperty(
        name="Image Size",
        description="Width and height of the picture, as 1920x1080, for landmarks that are shares "
        "of it; empty for all others",
    )
    found: StringProperty(description="What Look at the Tracks found, a line each")


CLASSES = (LSMPLifyPersonName,)
