# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that the tests build, and where Blender puts their bones."""

import bpy
import numpy as np
from mathutils import Matrix, Vector

SIDES = {
    "upperarm": ("spine_02", (0.18, 0, 1.42), (0.42, 0, 1.22)),
    "lowerarm": ("upperarm", (0.42, 0, 1.22), (0.62, -0.03, 1.04)),
    "hand": ("lowerarm", (0.62, -0.03, 1.04), (0.69, -0.04, 0.98)),
    "thigh": ("pelvis", (0.09, 0, 0.93), (0.1, 0.0, 0.5)),
    "calf": ("thigh", (0.1, 0.0, 0.5), (0.1, 0.03, 0.09)),
    "foot": ("calf", (0.1, 0.03, 0.09), (0.1, -0.1, 0.03)),
    "ball": ("foot", (0.1, -0.1, 0.03), (0.1, -0.17, 0.03)),
}
MIDDLE = {
    "pelvis": ("", (0, 0, 0.95), (0, 0, 1.05)),
    "spine_01": ("pelvis", (0, 0, 1.05), (0, 0, 1.22)),
    "spine_02": ("spine_01", (0, 0, 1.22), (0, 0, 1.46)),
    "neck_01": ("spine_02", (0, 0, 1.48), (0, 0, 1.56)),
    "head": ("neck_01", (0, 0, 1.56), (0, 0, 1.75)),
}
"""Somebody with the arms half down and Unreal's names: bone: (parent, head, tail), metres."""


def build(name: str, scale: float = 1.0, turn: float = 0.0) -> bpy.types.Object:
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = dict(MIDDLE)
    for side, sign in (("_l", 1), ("_r", -1)):
        for bone, (parent, head, tail) in SIDES.items():
            above = parent + side if parent in SIDES else parent
            bones[bone + side] = (above, *((sign * p[0], *p[1:]) for p in (head, tail)))
    for bone, (parent, head, tail) in bones.items():
        edit = data.edit_bones.new(bone)
        edit.head, edit.tail = Vector(head) / scale, Vector(tail) / scale
        if parent:
            edit.parent = data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.matrix_world = Matrix.Rotation(turn, 4, "Z") @ Matrix.Scale(scale, 4)
    bpy.context.view_layer.update()
    return armature


def add_ik(armature: bpy.types.Object, knees: str = "free") -> None:
    """Targets and poles for the legs, as a rigger adds them. knees: "free" about all axes, "hinged"
    about X, or "no pole"."""
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    for side in "lr":
        target, pole = bones.new(f"ik_foot_{side}"), bones.new(f"pole_{side}")
        target.head = bones[f"foot_{side}"].head
        target.tail = target.head + Vector((0, 0.1, 0))
        pole.head = bones[f"calf_{side}"].head + Vector((0, -0.5, 0))
        pole.tail = pole.head + Vector((0, 0.1, 0))
    bpy.ops.object.mode_set(mode="OBJECT")
    for side in "lr":
        ik = armature.pose.bones[f"calf_{side}"].constraints.new("IK")
        ik.target = ik.pole_target = armature
        ik.subtarget, ik.pole_subtarget = f"ik_foot_{side}", f"pole_{side}"
        ik.chain_count, ik.use_stretch = 2, False
        bone = armature.data.bones[f"thigh_{side}"]
        x = np.array(bone.matrix_local.to_3x3())
        front = np.array([0.0, -1.0, 0.0])
        ik.pole_angle = float(np.arctan2(front @ x[:, 2], front @ x[:, 0]))
        if knees == "hinged":
            calf = armature.pose.bones[f"calf_{side}"]
            calf.lock_ik_y = calf.lock_ik_z = True
        if knees == "no pole":
            ik.pole_target = None
    bpy.context.view_layer.update()


def heads(armature: bpy.types.Object, names: list[str], frames: range) -> np.ndarray:
    """(T, n, 3) metres, as Blender evaluates them."""
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        found.append([armature.matrix_world @ armature.pose.bones[n].head for n in names])
    return np.array(found)


def directions_off(armature: bpy.types.Object, motion, frames: range) -> np.ndarray:
    """(T, 8) degrees between the character's limb bones and the source's."""
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_INDEX

    pairs = []
    for side in ("l", "r"):
        pairs += [
            (f"upperarm_{side}", f"lowerarm_{side}", "Shoulder", "Elbow"),
            (f"lowerarm_{side}", f"hand_{side}", "Elbow", "Wrist"),
            (f"thigh_{side}", f"calf_{side}", "Hip", "Knee"),
            (f"calf_{side}", f"foot_{side}", "Knee", "Ankle"),
        ]
    at = (
        heads(armature, [p[0] for p in pairs], frames),
        heads(armature, [p[1] for p in pairs], frames),
    )
    joints = motion.joints()[: len(frames)]
    names = [f"{p[0][-1].upper()}_" for p in pairs]
    a = joints[:, [JOINT_INDEX[n + p[2]] for n, p in zip(names, pairs, strict=True)]]
    b = joints[:, [JOINT_INDEX[n + p[3]] for n, p in zip(names, pairs, strict=True)]]
    u, v = at[1] - at[0], b - a
    cosine = (u * v).sum(-1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
