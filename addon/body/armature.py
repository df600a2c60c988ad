# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPL armatures: made with a mannequin, or found in the scene and checked."""

import bpy
import numpy as np

from ...lsmplify_core.body.body import Body
from ...lsmplify_core.body.mannequin import Mannequin, welded_mannequin
from ...lsmplify_core.geometry.skeleton import JOINT_NAMES, PARENTS
from ...lsmplify_core.motion.bone_axes import BODY_TO_RIG, Rig, checked_rig, rest_bones
from ...lsmplify_core.runtime.errors import InputError
from ..common.units import scene_unit
from .click import FIGURE


def check_target(armature: bpy.types.Object | None) -> bpy.types.Object:
    """An armature that can be baked on. InputError says in one line why it cannot."""
    if armature is None:
        raise InputError("no armature is chosen; choose one or take New Body")
    name = armature.name
    if armature.library:  # an override is the scene's own, though its bones are linked
        raise InputError(
            f"armature {name!r} is linked from another file; select it in the 3D viewport, take "
            "Object > Library Override > Make, and bake on the override"
        )
    missing = [n for n in JOINT_NAMES if n not in armature.pose.bones]
    if missing:
        raise InputError(
            f"armature {name!r} has no bone {', '.join(missing[:4])}"
            f"{', …' if len(missing) > 4 else ''}; its bones must be named as SMPL's joints"
        )
    for joint in JOINT_NAMES:
        bone = armature.pose.bones[joint]
        turns = any(bone.lock_rotation) or (bone.lock_rotation_w and bone.lock_rotations_4d)
        if turns or (joint == "Pelvis" and any(bone.lock_location)):
            raise InputError(f"armature {name!r}: bone {joint} is locked; unlock its transforms")
        _check_parents(armature, joint)
    return armature


def check_action(armature: bpy.types.Object) -> None:
    """InputError where the armature's own action cannot be written."""
    animation = armature.animation_data
    if animation and animation.action and animation.action.library:
        raise InputError(
            f"action {animation.action.name!r} is linked from another file; bake into a new action"
        )


def _check_parents(armature: bpy.types.Object, joint: str) -> None:
    """A joint must hang where SMPL's hangs, and follow: else its rotation means something else."""
    bone = armature.pose.bones[joint]
    above = PARENTS[JOINT_NAMES.index(joint)]
    usual = JOINT_NAMES[above] if above >= 0 else None
    parent = bone.parent
    while parent is not None and parent.name not in JOINT_NAMES:
        moved = np.abs(np.array(parent.matrix) - np.array(parent.bone.matrix_local)).max()
        if moved > 1e-5:
            raise InputError(
                f"armature {armature.name!r}: bone {parent.name} above {joint} is posed; "
                "clear its pose"
            )
        parent = parent.parent
    found = parent.name if parent is not None else None
    if found != usual:
        raise InputError(
            f"armature {armature.name!r}: bone {joint} hangs on {found or 'nothing'}, "
            f"not on {usual or 'nothing'}; parent the bones as SMPL's joints"
        )
    if bone.parent is not None and not bone.bone.use_inherit_rotation:
        raise InputError(
            f"armature {armature.name!r}: bone {joint} does not inherit its parent's rotation; "
            "switch Inherit Rotation on"
        )


def rig_of(armature: bpy.types.Object) -> Rig:
    """The armature at rest as the core knows it: its place in the world is in metres, whatever a
    unit of the scene is."""
    bones = [armature.data.bones[n] for n in JOINT_NAMES]
    heads = np.array([b.head_local for b in bones], dtype=np.float64)
    axes = np.array([b.matrix_local.to_3x3() for b in bones], dtype=np.float64)
    world = np.array(armature.matrix_world, dtype=np.float64)
    world[:3] *= scene_unit(bpy.context.scene)
    return checked_rig(heads, axes, world, armature.name)


def make_armature(
    context: bpy.types.Context, body: Body, name: str, skin: Mannequin | None = None
) -> bpy.types.Object:
    """A new armature of that body at the world's origin, with its skin or the mannequin on it."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    context.scene.collection.objects.link(armature)
    _add_bones(context, armature, body)
    armature.show_in_front = False
    armature.data.display_type = "STICK"
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    if skin is None:
        _add_figure(context, armature, body, welded_mannequin(body), "Mannequin")
    else:
        _add_figure(context, armature, body, skin, "Skin")
    return armature


def sized_for_scene(context: bpy.types.Context, armature: bpy.types.Object, metres: float) -> None:
    """Scale an armature in metres to a scene with so many metres in a unit."""
    if metres != 1.0:
        armature.scale = (1.0 / metres,) * 3
        context.view_layer.update()


def _add_bones(context: bpy.types.Context, armature: bpy.types.Object, body: Body) -> None:
    heads, tails = rest_bones(body)
    view = context.view_layer
    before = view.objects.active
    mode = before.mode if before is not None else "OBJECT"
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    selected = [o for o in view.objects if o.select_get()]
    view.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    made = [armature.data.edit_bones.new(n) for n in JOINT_NAMES]
    for joint, bone in enumerate(made):
        bone.head, bone.tail = heads[joint], tails[joint]
        bone.align_roll((0.0, -1.0, 0.0))
        if joint:
            bone.parent = made[PARENTS[joint]]
    bpy.ops.object.mode_set(mode="OBJECT")
    view.objects.active = before
    for item in view.objects:
        item.select_set(item in selected)
    if mode != "OBJECT":
        bpy.ops.object.mode_set(mode=mode)


def _add_figure(
    context: bpy.types.Context, armature: bpy.types.Object, body: Body, shape: Mannequin, kind: str
) -> None:
    offset = rest_bones(body)[0][0] - BODY_TO_RIG @ body.rest_joints[0]
    vertices = shape.vertices @ BODY_TO_RIG.T + offset
    mesh = bpy.data.meshes.new(f"{armature.name} {kind}")
    mesh.from_pydata(vertices.tolist(), [], [list(map(int, f)) for f in shape.faces])
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    mesh.update()
    figure = bpy.data.objects.new(mesh.name, mesh)
    context.scene.collection.objects.link(figure)
    for joint, name in enumerate(JOINT_NAMES):
        group = figure.vertex_groups.new(name=name)
        weights = shape.weights[:, joint]
        for weight in np.unique(np.round(weights[weights > 1e-3], 3)):
            rows = np.flatnonzero(np.round(weights, 3) == weight)
            group.add(rows.tolist(), float(weight), "REPLACE")
    figure.parent = armature
    figure[FIGURE] = True
    modifier = figure.modifiers.new("Armature", "ARMATURE")
    modifier.object = armature
    figure.data.materials.append(_material())


def _material() -> bpy.types.Material:
    material = bpy.data.materials.get("LSMPLify Mannequin")
    if material is None:
        material = bpy.data.materials.new("LSMPLify Mannequin")
        material.diffuse_color = (0.62, 0.45, 0.30, 1.0)
        if not material.node_tree:
            material.use_nodes = True
        shader = material.node_tree.nodes.get("Principled BSDF")
        if shader is not None:
            shader.inputs["Base Color"].default_value = material.diffuse_color
            shader.inputs["Roughness"].default_value = 0.6
    return material
