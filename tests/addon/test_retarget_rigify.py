# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigify's own rigs, as Blender makes them: known by name and by structure.

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
os._exit(0)
"""


@pytest.fixture(scope="module")
def rigs(tmp_path_factory):
    path = tmp_path_factory.mktemp("rigify") / "rigs.json"
    subprocess.run(
        [sys.executable, "-c", MAKE, str(path)], capture_output=True, timeout=240, check=False
    )
    return [_rig(bones) for bones in json.loads(path.read_text())]


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
