# SPDX-License-Identifier: GPL-3.0-or-later
"""One take on one character by us, by Rokoko's add-on or by Expy-Kit, in headless Blender: limb
directions, sliding soles, their height, reach of the hands, processor seconds, and clicks: fields
that an artist sets and buttons that they press for what is done here.

Run with the bpy module, once a row: .venv-bpy/bin/python
benchmarks/retarget_peers.py ours|rokoko|expy RIG.json CLIP.npz [PEERS] [OPTION]
RIG.json is one of ../shared/rigs, or the word `rigify`: the human that Rigify generates, its limbs
switched to FK for the others, measured on its deform bones. PEERS is a folder with `rokoko_studio`
and `expy_kit`, checkouts of github.com/Rokoko/rokoko-studio-live-blender and
github.com/pKrime/Expy-Kit. OPTION: for us "--contacts=off", "--controls=ik". The source is the
add-on's own armature with Mixamo's names, which both know; what Rokoko's list of bones has wrong is
corrected, as an artist would.
"""

import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from common import load_extension
from mathutils import Vector

MOST_FRAMES = 300
SLOW = 0.3
LOW = 0.04
PARTS = ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle", "Foot")
MIXAMO = {
    "Pelvis": "Hips", "Spine1": "Spine", "Spine2": "Spine1", "Spine3": "Spine2", "Neck": "Neck",
    "Head": "Head", "Collar": "Shoulder", "Shoulder": "Arm", "Elbow": "ForeArm", "Wrist": "Hand",
    "Hip": "UpLeg", "Knee": "Leg", "Ankle": "Foot", "Foot": "ToeBase",
}  # fmt: skip
MODULES = {"rokoko": "rokoko_studio", "expy": "expy_kit"}
PRESETS = {
    "makehuman_mixamo": "Mixamo.py", "makehuman_game_engine": "Unreal_Mannequin.py",
    "rigify": "Rigify_Controls.py",
}  # fmt: skip
"""Expy-Kit's bone maps."""


def character(path: Path) -> bpy.types.Object:
    """A rig of ../shared/rigs as an armature."""
    data = bpy.data.armatures.new("Hero")
    hero = bpy.data.objects.new("Hero", data)
    bpy.context.scene.collection.objects.link(hero)
    bpy.context.view_layer.objects.active = hero
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in json.loads(path.read_text())["bones"]:
        edit = data.edit_bones.new(bone["name"])
        edit.head, edit.tail, edit.roll = Vector(bone["head"]), Vector(bone["tail"]), bone["roll"]
        edit.parent = data.edit_bones[bone["parent"]] if bone["parent"] else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return hero


def rigify() -> bpy.types.Object:
    """The human that Rigify generates, its limbs switched to FK."""
    import addon_utils

    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    meta = bpy.context.object
    bpy.ops.pose.rigify_generate()
    hero = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != meta)
    bpy.data.objects.remove(meta)
    for bone in hero.pose.bones:
        if "IK_FK" in bone:
            bone["IK_FK"] = 1.0
    hero.name = "Hero"
    bpy.context.view_layer.objects.active = hero
    return hero


def source(take: Path) -> bpy.types.Object:
    """The take on an armature with Mixamo's names."""
    bpy.ops.lsmplify.import_motion(filepath=str(take))
    armature = bpy.context.view_layer.objects.active
    for bone in armature.data.bones:
        side, _, rest = bone.name.rpartition("_")
        if rest in MIXAMO:
            word = {"L": "Left", "R": "Right", "": ""}[side]
            bone.name = f"mixamorig:{word}{MIXAMO[rest]}"
    return armature


def ours(hero: bpy.types.Object, take: Path, option: str, _roles: Any) -> int:
    """The `retarget` command; in the panel Motion, Character, its options, Apply."""
    from lsmplify_extension.addon import cli

    more = option.replace("=", " ").split()
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "o.blend")
        words = ["retarget", "--source", str(take), "--target", hero.name, "-o", out, *more]
        if cli.run(words):
            raise SystemExit("the command failed")
    return 3 + len(more) // 2


def rokoko(hero: bpy.types.Object, given: bpy.types.Object, _option: str, roles: Any) -> int:
    """Source, target, use of the rest pose, the list, its wrong rows, the second button."""
    scene = bpy.context.scene
    scene.rsl_retargeting_armature_source = given
    scene.rsl_retargeting_armature_target = hero
    scene.rsl_retargeting_auto_scaling, scene.rsl_retargeting_use_pose = True, "REST"
    bpy.ops.rsl.build_bone_list()
    wanted = _wanted(roles)
    wrong = 0
    for item in scene.rsl_retargeting_bone_list:
        right = wanted.get(item.bone_name_source, "")
        wrong += item.bone_name_target != right
        item.bone_name_target = right
    bpy.ops.rsl.retarget_animation()
    return 5 + wrong


def _wanted(roles: Any) -> dict[str, str]:
    """The source's bones -> the character's."""
    found: dict[str, str] = {}
    for role, name in MIXAMO.items():
        for side, word in (("", ""), ("L_", "Left"), ("R_", "Right")):
            number = int(role[-1]) - 1 if role.startswith("Spine") else 0
            chain = roles.bones.get(side + role.rstrip("123"), ())
            if number < len(chain):
                found[f"mixamorig:{word}{name}"] = chain[number]
    return found


def expy(hero: bpy.types.Object, given: bpy.types.Object, option: str, _roles: Any) -> int:
    """Bind with the bones' offset, bake, unbind; the rig's own constraints stay. Clicks: both
    selected, Pose Mode, Bind with two presets, alignment and height; Object Mode, the character
    selected, Pose Mode, Bake, unbind."""
    own = {(bone.name, c.name) for bone in hero.pose.bones for c in bone.constraints}
    bpy.ops.object.select_all(action="DESELECT")
    hero.select_set(True)
    given.select_set(True)
    bpy.context.view_layer.objects.active = given
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.armature.expykit_constrain_to_armature(
        src_preset=option, trg_preset="Mixamo.py", match_transform="Bone",
        fit_target_scale="hips", constrain_root="None",
    )  # fmt: skip
    bpy.ops.object.mode_set(mode="OBJECT")
    given.select_set(False)
    bpy.context.view_layer.objects.active = hero
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.armature.expykit_bake_constrained_actions(do_bake=True, exclude_deform=False)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in hero.pose.bones:
        for constraint in list(bone.constraints):
            if (bone.name, constraint.name) not in own:
                bone.constraints.remove(constraint)
    action = next(a for a in bpy.data.actions if a.name.startswith(hero.name))
    hero.animation_data.action = action
    hero.animation_data.action_slot = action.slots[0]
    return 13


def measure(hero: bpy.types.Object, roles: Any, motion: Any, first: int) -> dict[str, float]:
    """What the character does beside the take, on the take's frames."""
    from lsmplify_extension.lsmplify_core.cleanup.feet.floor import find_floor, sole_points
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_INDEX

    joints = motion.joints()
    theirs = {f"{s}_{p}": joints[:, JOINT_INDEX[f"{s}_{p}"]] for s in "LR" for p in PARTS}
    bones = {role: hero.data.bones[roles.first(role)] for role in theirs}
    soles = {s: _soles(bones, s) for s in "LR"}
    places: dict[str, list[Any]] = {role: [] for role in theirs}
    stood: list[Any] = []
    for frame in range(first, first + motion.frames):
        bpy.context.scene.frame_set(frame)
        pose = {r: np.array(hero.pose.bones[b.name].matrix) for r, b in bones.items()}
        for role, matrix in pose.items():
            places[role].append(matrix[:3, 3])
        stood.append(np.concatenate([(soles[s] @ pose[f"{s}_Ankle"].T)[:, :3] for s in "LR"]))
    own = {role: np.array(p) for role, p in places.items()}
    floor, heels = find_floor(motion), sole_points(motion)
    feet = np.array(stood)
    slow = np.linalg.norm(np.diff(heels, axis=0), axis=-1) * motion.rate < SLOW
    low = np.vstack((slow[:1], slow)) & (floor.above(heels) < LOW)
    angles = _angles(own, theirs)
    return {
        "direction_mean": angles.mean(), "direction_p95": np.percentile(angles, 95),
        "sliding_source_mm": _slid(heels, slow), "sliding_mm": _slid(feet, slow),
        "height_mm": 1000 * np.abs(floor.above(feet) - floor.above(heels))[low].mean(),
        "reach_mm": np.mean([_reach(own, theirs, s) for s in "LR"]),
    }  # fmt: skip


def _soles(bones: dict[str, Any], side: str) -> np.ndarray:
    """(2, 4) heel and toe on the ground at rest, in the foot's frame."""
    ankle, ball = (np.array(bones[f"{side}_{p}"].head_local) for p in ("Ankle", "Foot"))
    ahead = (ball - ankle) * [1, 1, 0]
    points = np.array([ankle - 0.33 * ahead, ball + 0.33 * ahead])
    points[:, 2] = 0.0
    rest = np.array(bones[f"{side}_Ankle"].matrix_local)
    return np.column_stack((points, np.ones(2))) @ np.linalg.inv(rest).T


def _angles(own: dict[str, Any], theirs: dict[str, Any]) -> np.ndarray:
    """(8, T) degrees between limbs."""
    found = []
    for side in "LR":
        for a, b in (("Shoulder", "Elbow"), ("Elbow", "Wrist"), ("Hip", "Knee"), ("Knee", "Ankle")):
            u, v = (p[f"{side}_{b}"] - p[f"{side}_{a}"] for p in (own, theirs))
            cosine = (u * v).sum(-1) / np.linalg.norm(u, axis=-1) / np.linalg.norm(v, axis=-1)
            found.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return np.array(found)


def _slid(points: np.ndarray, slow: np.ndarray) -> float:
    return float(1000 * np.linalg.norm(np.diff(points[..., :2], axis=0), axis=-1)[slow].mean())


def _reach(own: dict[str, Any], theirs: dict[str, Any], side: str) -> float:
    """Millimetres from a hand to where the source's would be on an arm of this length."""

    def arm(p: dict[str, Any]) -> float:
        joints = [p[f"{side}_{n}"][0] for n in ("Shoulder", "Elbow", "Wrist")]
        return float(np.linalg.norm(np.diff(joints, axis=0), axis=1).sum())

    a, b = (p[f"{side}_Wrist"] - p[f"{side}_Shoulder"] for p in (own, theirs))
    return float(1000 * np.linalg.norm(a - b * arm(own) / arm(theirs), axis=-1).mean())


def main(words: list[str]) -> None:
    """One row."""
    tool, rig, clip = words[0], Path(words[1]), Path(words[2])
    sys.path += words[3:4]
    option = words[4] if len(words) > 4 else ""
    extension = load_extension()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    extension.register()
    from lsmplify_extension.addon.character.rig.armature import rig_from
    from lsmplify_extension.lsmplify_core.motion.motion import load_motion, save_motion
    from lsmplify_extension.lsmplify_core.retarget import find_map

    motion = load_motion(clip).between(0, MOST_FRAMES)
    hero = rigify() if rig.stem == "rigify" else character(rig)
    roles = find_map(rig_from(hero))
    shown = find_map(rig_from(hero), "rigify_deform") if rig.stem == "rigify" else roles
    tools: dict[str, Callable[..., int]] = {"ours": ours, "rokoko": rokoko, "expy": expy}
    with tempfile.TemporaryDirectory() as folder:
        take = Path(folder) / "take.npz"
        save_motion(motion, take)
        given: Any = take
        if tool in MODULES:
            importlib.import_module(MODULES[tool]).register()
            given = source(take)
        start = time.process_time()
        clicks = tools[tool](
            hero, given, PRESETS.get(rig.stem, "") if tool == "expy" else option, roles
        )
        seconds = time.process_time() - start
    row = measure(hero, shown, motion, 1)
    row["seconds_per_1000_frames"] = 1000 * seconds / motion.frames
    row["clicks"] = clicks
    rounded = {k: round(float(v), 2) for k, v in row.items()}
    print(
        json.dumps({"tool": tool, "rig": rig.stem, "clip": clip.stem, "option": option} | rounded)
    )


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
