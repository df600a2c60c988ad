# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of a few moments of a take, side by side: the person, the tracks as small spheres.

Rendered by Cycles on the processor in a scene of its own, so it needs neither a window nor a
graphics card and leaves the user's scene alone.
"""

from dataclasses import dataclass
from pathlib import Path

import bmesh
import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

Floats = NDArray[np.float64]

APART = 1.25
TURN = -32.0
"""Metres from one moment to the next, and degrees that each is turned to the camera."""

CLAY = (0.50, 0.55, 0.62, 1.0)
FLOOR = (0.23, 0.25, 0.28, 1.0)
TRACK_COLOURS = {
    "left": (0.02, 0.30, 1.0, 1.0),
    "right": (1.0, 0.16, 0.03, 1.0),
    "middle": (1.0, 0.72, 0.05, 1.0),
}


@dataclass(frozen=True)
class Moment:
    """One frame. vertices (V, 3), points (K, 3) metres in the world, NaN where unseen.

    centre: (2,) where the person stands, which is laid on the picture's row.
    """

    vertices: Floats
    faces: list[tuple[int, ...]]
    points: Floats
    centre: Floats


def draw(moments: list[Moment], sides: list[str], path: Path, samples: int = 12) -> None:
    """Render the moments from left to right. sides: "left", "right" or "middle" of each point."""
    scene = bpy.data.scenes.new("Picture")
    collection = scene.collection
    clay = _see_through(material("Clay", CLAY, roughness=0.55))
    colours = {side: _glowing(material(side, c, 0.3)) for side, c in TRACK_COLOURS.items()}
    for place, moment in enumerate(moments):
        at = np.array([(place - (len(moments) - 1) / 2) * APART, 0.0])
        body = _laid(moment.vertices, moment.centre, at)
        collection.objects.link(mesh_object(body, moment.faces, clay))
        points = _laid(moment.points, moment.centre, at)
        for point, side in zip(points, sides, strict=True):
            if np.isfinite(point).all():
                collection.objects.link(_sphere(point, colours[side]))
    collection.objects.link(_floor())
    _light(collection)
    _look(scene, len(moments))
    render(scene, path, samples)


def _laid(points: Floats, centre: Floats, at: Floats) -> Floats:
    c, s = np.cos(np.radians(TURN)), np.sin(np.radians(TURN))
    laid = points.copy()
    laid[:, :2] = (points[:, :2] - centre) @ np.array([[c, s], [-s, c]]) + at
    return laid


def material(name: str, colour: tuple[float, ...], roughness: float) -> bpy.types.Material:
    """A plain surface."""
    material = bpy.data.materials.new(f"Picture {name}")
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = roughness
    return material


def _glowing(material: bpy.types.Material) -> bpy.types.Material:
    """Light of its own, so that a track is not dark inside the body."""
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Emission Color"].default_value = shader.inputs["Base Color"].default_value
    shader.inputs["Emission Strength"].default_value = 0.9
    return material


def _see_through(material: bpy.types.Material) -> bpy.types.Material:
    """Thin where one looks straight at the skin, solid at its rim: tracks inside stay visible."""
    nodes, links = material.node_tree.nodes, material.node_tree.links
    rim = nodes.new("ShaderNodeLayerWeight")
    rim.inputs["Blend"].default_value = 0.35
    alpha = nodes.new("ShaderNodeMapRange")
    alpha.inputs["To Min"].default_value, alpha.inputs["To Max"].default_value = 0.42, 1.0
    links.new(rim.outputs["Facing"], alpha.inputs["Value"])
    links.new(alpha.outputs["Result"], nodes["Principled BSDF"].inputs["Alpha"])
    return material


def mesh_object(vertices: Floats, faces: list[tuple[int, ...]], material: bpy.types.Material):
    """A smooth body of these vertices (V, 3), metres."""
    mesh = bpy.data.meshes.new("Picture")
    mesh.from_pydata(vertices.tolist(), [], faces)
    mesh.shade_smooth()
    mesh.materials.append(material)
    shape = bpy.data.objects.new("Picture", mesh)
    shape.modifiers.new("Smooth", "SUBSURF").render_levels = 1
    return shape


def _sphere(point: Floats, material: bpy.types.Material):
    """All spheres of one colour share a mesh."""
    name = f"Picture sphere {material.name}"
    mesh = bpy.data.meshes.get(name)
    if mesh is None:
        shape = bmesh.new()
        bmesh.ops.create_icosphere(shape, subdivisions=3, radius=0.02)
        mesh = bpy.data.meshes.new(name)
        shape.to_mesh(mesh)
        shape.free()
        mesh.shade_smooth()
        mesh.materials.append(material)
    sphere = bpy.data.objects.new(name, mesh)
    sphere.location = point.tolist()
    return sphere


def _floor():
    """A floor that bends up into a wall behind, so that no horizon is seen."""
    wide, near, wall, high, bend = 40.0, -30.0, 6.0, 20.0, 4.0
    angles = np.linspace(0.0, np.pi / 2, 16)
    depth = np.concatenate(([near], wall + bend * np.sin(angles), [wall + bend]))
    height = np.concatenate(([0.0], bend * (1.0 - np.cos(angles)), [high]))
    rows = len(depth)
    corners = np.array(
        [(x, y, z) for x in (-wide, wide) for y, z in zip(depth, height, strict=True)]
    )
    faces = [(i, i + 1, rows + i + 1, rows + i) for i in range(rows - 1)]
    floor = mesh_object(corners, faces, material("Floor", FLOOR, roughness=0.8))
    floor.modifiers.clear()
    return floor


def _light(collection: bpy.types.Collection) -> None:
    for name, place, size, watts in (
        ("Key", (-3.5, -4.5, 5.0), 2.0, 420.0),
        ("Fill", (5.0, -3.5, 2.5), 4.0, 60.0),
        ("Rim", (2.5, 4.5, 4.0), 2.0, 300.0),
    ):
        light = bpy.data.lights.new(f"Picture {name}", "AREA")
        light.size, light.energy = size, watts
        lamp = bpy.data.objects.new(light.name, light)
        lamp.location = place
        lamp.rotation_euler = (
            (Vector((0, 0, 0.8)) - lamp.location).to_track_quat("-Z", "Y").to_euler()
        )
        collection.objects.link(lamp)


def _look(scene: bpy.types.Scene, count: int) -> None:
    camera = bpy.data.objects.new("Picture", bpy.data.cameras.new("Picture"))
    camera.data.lens = 60.0
    width = count * APART + 0.35
    camera.location = (0.0, -width * camera.data.lens / 36.0, 1.55)
    camera.rotation_euler = (
        (Vector((0, 0, 0.84)) - camera.location).to_track_quat("-Z", "Y").to_euler()
    )
    scene.collection.objects.link(camera)
    scene.camera = camera
    world = bpy.data.worlds.new("Picture")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.20, 0.23, 0.28, 1.0)
    scene.world = world


def render(
    scene: bpy.types.Scene, path: Path, samples: int, size: tuple[int, int] = (1120, 480)
) -> None:
    """Write the scene as its camera sees it; size: pixels across and down."""
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_denoising = True
    scene.cycles.max_bounces = 4
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.render.filepath = str(path)
    scene.render.image_settings.file_format = "PNG"
    bpy.ops.render.render(write_still=True, scene=scene.name)
