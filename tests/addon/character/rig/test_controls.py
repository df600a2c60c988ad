# SPDX-License-Identifier: GPL-3.0-or-later
"""IK controls by the names of rigging add-ons: IK poses as FK does, switches are keyed."""

import bpy
import numpy as np
import pytest
from characters import heads
from mathutils import Vector

LIMBS = {
    "arm": ("c_shoulder", "c_arm_fk", "c_forearm_fk", "c_hand_fk", "arm_ik", "forearm_ik",
            "c_hand_ik", "c_arms_pole", (0.0, 0.5, 0.0)),
    "leg": ("c_root.x", "c_thigh_fk", "c_leg_fk", "c_foot_fk", "thigh_ik", "leg_ik",
            "c_foot_ik", "c_leg_pole", (0.0, -0.5, 0.0)),
}  # fmt: skip
"""Auto-Rig Pro's names of a limb: parent, FK bones, IK bones, target, pole, and where the pole is
from the middle joint."""
POINTS = {
    "arm": ((0.18, 0, 1.42), (0.44, 0.02, 1.42), (0.68, 0, 1.42), (0.76, 0, 1.42)),
    "leg": ((0.09, 0, 0.93), (0.1, -0.02, 0.5), (0.1, 0.03, 0.09), (0.1, -0.1, 0.03)),
}
TRUNK = {
    "c_traj": ("", (0, 0, 0), (0, 0.3, 0)),
    "c_root_master.x": ("c_traj", (0, 0, 0.95), (0, 0, 1.0)),
    "c_root.x": ("c_root_master.x", (0, 0, 0.95), (0, 0, 1.05)),
    "c_spine_01.x": ("c_root_master.x", (0, 0, 1.05), (0, 0, 1.22)),
    "c_spine_02.x": ("c_spine_01.x", (0, 0, 1.22), (0, 0, 1.46)),
    "c_neck.x": ("c_spine_02.x", (0, 0, 1.48), (0, 0, 1.56)),
    "c_head.x": ("c_neck.x", (0, 0, 1.56), (0, 0, 1.75)),
}


def auto_rig_pro(name: str = "rig") -> bpy.types.Object:
    """A rig with Auto-Rig Pro's controls: FK and IK chains, and deform bones between them that a
    driven number blends."""
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, (parent, head, tail) in TRUNK.items():
        _bone(data, bone, head, tail, parent)
    for side, sign in ((".l", 1.0), (".r", -1.0)):
        _bone(data, f"c_shoulder{side}", (sign * 0.03, 0, 1.44), (sign * 0.17, 0, 1.42),
              "c_spine_02.x")  # fmt: skip
        for limb, names in LIMBS.items():
            _edit_limb(data, limb, names, side, sign)
    bpy.ops.object.mode_set(mode="OBJECT")
    for side in (".l", ".r"):
        for names in LIMBS.values():
            _constrain(armature, names, side)
    bpy.context.view_layer.update()
    return armature


def _bone(data, name, head, tail, parent) -> None:
    bone = data.edit_bones.new(name)
    bone.head, bone.tail = head, tail
    bone.parent = data.edit_bones.get(parent)


def _edit_limb(data, limb, names, side, sign) -> None:
    above, upper, middle, tip, ik_upper, ik_middle, target, pole, away = names
    above = above if above.endswith(".x") else above + side
    points = [(sign * x, y, z) for x, y, z in POINTS[limb]]
    deform = [n.removeprefix("c_").removesuffix("_fk") + "_stretch" for n in (upper, middle, tip)]
    chains = ((upper, middle, tip), (ik_upper, ik_middle, None), deform)
    for chain in chains:
        parent = above
        for i, name in enumerate(chain):
            if name is not None:
                _bone(data, name + side, points[i], points[i + 1], parent)
                parent = name + side
    _bone(data, target + side, points[2], points[3], "c_traj")
    place = Vector(points[1]) + Vector(away)
    _bone(data, pole + side, place, place + Vector((0, 0, 0.1)), "c_traj")
    if limb == "leg":
        toe = (points[3][0], points[3][1] - 0.08, points[3][2])
        for name, parent in (("c_toes_fk", tip), ("c_toes_ik", target)):
            _bone(data, name + side, points[3], toe, parent + side)


def _constrain(armature, names, side) -> None:
    _, upper, middle, tip, ik_upper, ik_middle, target, pole, _ = names
    bones = armature.pose.bones
    bones[target + side]["ik_fk_switch"] = 0.0
    bones[target + side]["auto_stretch"] = 1.0
    ik = bones[ik_middle + side].constraints.new("IK")
    ik.target = ik.pole_target = armature
    ik.subtarget, ik.pole_subtarget, ik.chain_count = target + side, pole + side, 2
    ik.pole_angle = _pole_angle(armature, ik_upper + side, ik_middle + side, pole + side)
    stretch = [n.removeprefix("c_").removesuffix("_fk") + "_stretch" for n in (upper, middle, tip)]
    ends = (ik_upper, ik_middle, target)
    for deform, fk, chain in zip(stretch, (upper, middle, tip), ends, strict=True):
        for source, expression in ((fk, "switch"), (chain, "1 - switch")):
            copy = bones[deform + side].constraints.new("COPY_TRANSFORMS")
            copy.target, copy.subtarget, copy.name = armature, source + side, source
            driver = copy.driver_add("influence").driver
            variable = driver.variables.new()
            variable.name, variable.targets[0].id = "switch", armature
            variable.targets[0].data_path = f'pose.bones["{target}{side}"]["ik_fk_switch"]'
            driver.type, driver.expression = "SCRIPTED", expression


def _pole_angle(armature, upper, middle, pole) -> float:
    """Of a constraint that leaves the limb as it rests."""
    bones = armature.data.bones
    way = bones[pole].head_local - bones[middle].head_local
    axes = bones[upper].matrix_local.to_3x3()
    line = bones[middle].tail_local - bones[upper].head_local
    way -= way.project(line)
    return float(np.arctan2(way.dot(axes.col[2]), way.dot(axes.col[0])))


DEFORM = [
    f"{n}_stretch{s}" for s in (".l", ".r") for n in ("forearm", "hand", "leg", "foot")
]  # fmt: skip


@pytest.fixture
def moving(extension, tmp_path) -> bpy.types.Object:
    from helpers import waving
    from lsmplify_extension.lsmplify_core.motion.motion import save_motion

    bpy.context.scene.render.fps = 30
    save_motion(waving(30), tmp_path / "waving.npz")
    bpy.ops.lsmplify.import_motion(filepath=str(tmp_path / "waving.npz"))
    return bpy.context.view_layer.objects.active


def apply(moving, rig, controls: str) -> None:
    settings = bpy.context.scene.lsmplify.character
    settings.source, settings.target, settings.controls = moving, rig, controls
    assert bpy.ops.lsmplify.apply_to_character() == {"FINISHED"}


def switch_keys(rig) -> dict[str, float]:
    from lsmplify_extension.addon.bake import actions

    return {
        c.data_path: c.keyframe_points[0].co[1] for c in actions.curves_of(rig)
        if c.data_path.endswith('"]')
    }  # fmt: skip


def test_auto_rig_pros_ik_poses_the_deform_bones_as_its_fk_does(moving) -> None:
    rig = auto_rig_pro()
    apply(moving, rig, "fk")
    assert bpy.context.scene.lsmplify.character.map_name == "Auto-Rig Pro"
    fk = heads(rig, DEFORM, range(1, 31))
    keys = switch_keys(rig)
    assert {v for k, v in keys.items() if "ik_fk_switch" in k} == {1.0}
    assert np.ptp(fk, axis=0).max() > 0.05
    apply(moving, rig, "ik")
    ik = heads(rig, DEFORM, range(1, 31))
    keys = switch_keys(rig)
    assert {v for k, v in keys.items() if "ik_fk_switch" in k} == {0.0}
    assert {v for k, v in keys.items() if "auto_stretch" in k} == {0.0}
    off = np.linalg.norm(fk - ik, axis=-1).max(axis=0)
    assert off.max() < 0.001, dict(zip(DEFORM, off, strict=True))


def test_both_does_not_jump_at_a_switch(moving) -> None:
    rig = auto_rig_pro()
    apply(moving, rig, "both")
    fk = heads(rig, DEFORM, range(1, 31))
    from lsmplify_extension.addon.bake import actions

    for curve in actions.curves_of(rig):
        if "ik_fk_switch" in curve.data_path:
            curve.keyframe_points[0].co[1] = 0.0
            curve.update()
    ik = heads(rig, DEFORM, range(1, 31))
    assert np.linalg.norm(fk - ik, axis=-1).max() < 0.001


@pytest.mark.parametrize("expression", ["var", "1 - var"])
def test_a_number_that_drives_an_ik_constraint_is_its_switch(moving, expression) -> None:
    from characters import add_ik, build
    from lsmplify_extension.addon.bake import actions

    hero = build("Hero")
    add_ik(hero)
    hero["legs"] = 0.5
    for side in "lr":
        constraint = hero.pose.bones[f"calf_{side}"].constraints[0]
        driver = constraint.driver_add("influence").driver
        variable = driver.variables.new()
        variable.name, variable.targets[0].id = "var", hero
        variable.targets[0].data_path = '["legs"]'
        driver.type, driver.expression = "SCRIPTED", expression
    apply(moving, hero, "ik")
    (key,) = [c.keyframe_points[0].co[1] for c in actions.curves_of(hero) if "legs" in c.data_path]
    assert key == (1.0 if expression == "var" else 0.0)
    assert "held" not in bpy.context.scene.lsmplify.character.note
