# SPDX-License-Identifier: GPL-3.0-or-later
"""The calibrated body in T-pose with a small sphere for each marker, in a collection of its own."""

from typing import Final

import bmesh
import bpy
from mathutils import Matrix, Vector

from ...lsmplify_core.geometry.skeleton import JOINT_NAMES
from ...lsmplify_core.motion.bone_axes import points_on_rig
from ..body.armature import rig_of
from .store import Calibrated

_OF: Final = "lsmplify_calibration_of"
_RADIUS: Final = 0.012
_COLOURS: Final = {
    "L": (0.05, 0.35, 1.0, 1.0), "R": (1.0, 0.2, 0.05, 1.0), "M": (1.0, 0.75, 0.1, 1.0),
}  # fmt: skip
"""Left blue, right red, the middle yellow."""


def figure_of(armature: bpy.types.Object) -> bpy.types.Collection | None:
    """The collection that shows the armature's calibration, if it is shown."""
    return next((c for c in bpy.data.collections if c.get(_OF) == armature.name), None)


def remove_figure(collection: bpy.types.Collection) -> None:
    """Take it away again, with all that was made for it."""
    meshes = {o.data for o in collection.objects if o.type == "MESH"}
    for item in list(collection.objects):
        bpy.data.objects.remove(item)
    for mesh in meshes:
        if not mesh.users:
            bpy.data.meshes.remove(mesh)
    bpy.data.collections.remove(collection)


def add_figure(
    context: bpy.types.Context, armature: bpy.types.Object, found: Calibrated,
    show_names: bool,
) -> bpy.types.Collection:  # fmt: skip
    """A copy of the armature at rest, its skin, and the markers parented to its bones."""
    collection = bpy.data.collections.new(f"{armature.name} Calibration")
    collection[_OF] = armature.name
    context.scene.collection.children.link(collection)
    figure = bpy.data.objects.new(collection.name, armature.data)
    figure.matrix_world = armature.matrix_world
    figure.display_type, figure.hide_select = "WIRE", False
    collection.objects.link(figure)
    for child in armature.children:
        if child.type == "MESH":
            collection.objects.link(_skin(child, figure))
    rig = rig_of(armature)
    points = points_on_rig(rig, found.joints, found.offsets / rig.scale)
    for name, joint, point in zip(found.names, found.joints, points, strict=True):
        marker = bpy.data.objects.new(name, _sphere(JOINT_NAMES[joint]))
        _hang(marker, figure, JOINT_NAMES[joint], Vector(point))
        marker.scale = (1.0 / rig.scale,) * 3
        marker.show_name = show_names
        collection.objects.link(marker)
    return collection


def _skin(child: bpy.types.Object, figure: bpy.types.Object) -> bpy.types.Object:
    """The same mesh on the figure's bones."""
    skin = child.copy()
    skin.animation_data_clear()
    skin.parent = figure
    for modifier in skin.modifiers:
        if modifier.type == "ARMATURE":
            modifier.object = figure
    return skin


def _hang(item: bpy.types.Object, armature: bpy.types.Object, name: str, point: Vector) -> None:
    """Parent an object to a bone so that it is at a point of the armature's space at rest. Blender
    counts from the bone's tail."""
    bone = armature.data.bones[name]
    tail = bone.matrix_local @ Matrix.Translation((0.0, bone.length, 0.0))
    item.parent, item.parent_type, item.parent_bone = armature, "BONE", name
    item.matrix_basis = tail.inverted() @ Matrix.Translation(point)


def _sphere(joint: str) -> bpy.types.Mesh:
    """One mesh for all markers of a side."""
    side = joint[0] if joint[:2] in ("L_", "R_") else "M"
    name = f"LSMPLify Marker {side}"
    mesh = bpy.data.meshes.get(name)
    if mesh is not None:
        return mesh
    mesh = bpy.data.meshes.new(name)
    shape = bmesh.new()
    bmesh.ops.create_icosphere(shape, subdivisions=2, radius=_RADIUS)
    shape.to_mesh(mesh)
    shape.free()
    material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
    material.diffuse_color = _COLOURS[side]
    mesh.materials.append(material)
    return mesh
