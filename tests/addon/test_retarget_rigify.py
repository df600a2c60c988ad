# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigify's own rigs, as Blender makes them: known by name and by structure, and posed alike by FK
and IK.

Another process makes them and leaves at once: bpy hangs on its way out with Rigify registered.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")
sys.path.insert(0, str(Path(__file__).parents[2]))

import bpy
from characters import heads

from lsmplify_core.retarget import checked_rig, find_map

MAKE = """
import json, os, sys
import bpy
import addon_utils
bpy.ops.wm.read_factory_settings(use_empty=True)
addon_utils.enable("rigify", default_set=True)
bpy.ops.object.armature_human_metarig_add()
meta = bpy.context.object
bpy.ops.pose.rigify_generate()
made = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != meta)
rigs = [[[b.name, b.parent.name if b.parent else "", [list(r) for r in b.matrix_local], b.length]
         for b in o.data.bones] for o in (meta, made)]
with open(sys.argv[1], "w") as file:
    json.dump(rigs, file)
bpy.data.objects.remove(meta)
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1] + ".blend")
os._exit(0)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The rigs' bones as JSON; beside it, with .blend after its name, the generated rig."""
    path = tmp_path_factory.mktemp("rigify") / "rigs.json"
    subprocess.run(
        [sys.executable, "-c", MAKE, str(path)], capture_output=True, timeout=240, check=False
    )
    return path


@pytest.fixture(scope="module")
def rigs(made):
    return [_rig(bones) for bones in json.loads(made.read_text())]


def _rig(bones):
    names = [b[0] for b in bones]
    return checked_rig(
        names, [names.index(b[1]) if b[1] else -1 for b in bones],
        np.array([b[2] for b in bones]), np.array([b[3] for b in bones]),
    )  # fmt: skip


def test_the_metarig_by_name_and_by_structure(rigs):
    rig = rigs[0]
    by_name = find_map(rig)
    assert by_name.name == "Rigify metarig"
    found = {b: r for r, c in find_map(rig, "structure").bones.items() for b in c}
    wanted = {b: r for r, c in by_name.bones.items() for b in c}
    assert np.mean([found.get(n) == wanted.get(n) for n in rig.names]) >= 0.95


def test_the_generated_rig_by_its_fk_controls(rigs):
    rig_map = find_map(rigs[1])
    assert rig_map.name == "Rigify"
    assert rig_map.bones["L_Shoulder"] == ("upper_arm_fk.L",)
    assert rig_map.bones["Pelvis"] == ("torso",)
    deform = find_map(rigs[1], "rigify_deform")
    assert deform.bones["L_Hip"] == ("DEF-thigh.L", "DEF-thigh.L.001")


STRAIGHT = {"L_Knee": (0, 5), "R_Knee": (0, 2), "L_Elbow": (1, -1), "R_Elbow": (2, 3)}
"""Joints that are nearly straight: about which axis they turn through it, and degrees that they are
bent by about the next one meanwhile."""
JOINTS = {
    f"DEF-{bone}.{side}": most
    for bone, most in (("hand", 1.0), ("forearm", 3.0), ("foot", 1.0), ("shin", 3.0))
    for side in "LR"
}
"""Millimetres that a joint may stand elsewhere under IK than under FK."""


def _straight(frames=25):
    """Somebody whose knees and elbows go from bent through straight to bent backwards."""
    from lsmplify_extension.lsmplify_core.body.body import default_body
    from lsmplify_extension.lsmplify_core.geometry.rotations import axis_angle_to_matrix
    from lsmplify_extension.lsmplify_core.geometry.skeleton import JOINT_INDEX
    from lsmplify_extension.lsmplify_core.motion.motion import Motion

    vectors = np.zeros((frames, 24, 3))
    vectors[:, 0, 0] = 0.5 * np.pi
    for joint, (axis, aside) in STRAIGHT.items():
        at = JOINT_INDEX[joint]
        vectors[:, at, axis] = np.radians(np.linspace(12.0, -6.0, frames))
        vectors[:, at, (axis + 1) % 3] = np.radians(aside)
    return Motion(
        axis_angle_to_matrix(vectors), np.tile([0.0, 0.0, 0.95], (frames, 1)), 30.0, default_body()
    )


def test_ik_stands_where_fk_does_where_limbs_are_straight_or_bent_backwards(made, extension):
    from lsmplify_extension.addon.character.apply import job, source
    from lsmplify_extension.lsmplify_core.retarget import RetargetOptions, performance_of
    from lsmplify_extension.lsmplify_core.runtime.progress import run_steps

    with bpy.data.libraries.load(f"{made}.blend") as (there, here):
        here.objects = [n for n in there.objects if "WGT" not in n]
    rig = next(o for o in here.objects if o.type == "ARMATURE")
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.update()
    motion = _straight()
    frames = np.arange(1.0, motion.frames + 1.0)
    given = source.Source(performance_of(motion), frames, "take")
    shown = []
    for controls in ("fk", "ik"):
        work = job.prepare(bpy.context, given, rig, "auto", RetargetOptions(), controls)
        job.write(work, run_steps(job.steps(work)), controls)
        shown.append(heads(rig, list(JOINTS), range(1, motion.frames + 1)))
    off = 1000.0 * np.linalg.norm(shown[1] - shown[0], axis=-1).max(axis=0)
    assert np.ptp(shown[0], axis=0).max() > 0.02
    assert (off < list(JOINTS.values())).all(), dict(zip(JOINTS, off.round(2), strict=True))
