# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Python block of the docs that drives Blender is run here, as it stands on the page."""

import math
import re
import shutil
from pathlib import Path

import bpy
import pytest
from mathutils import Matrix, Vector

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.glob("*.md") if "import bpy" in p.read_text(encoding="utf-8"))


def blocks(page: Path) -> list[str]:
    """The page's Python blocks that speak of bpy, in their order."""
    found = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)
    return [b for b in found if "bpy." in b]


def test_the_pages_that_are_run_here() -> None:
    assert {"scripts.md", "other-rigs.md"} <= {p.name for p in PAGES}


def test_blocks_of_the_scripts_page(extension, tmp_path) -> None:
    """One after the other, in one Blender, with a take where the page has one."""
    takes = tmp_path / "takes"
    takes.mkdir()
    shutil.copy(ROOT / "examples/markers_cmu41.trc", takes / "take.trc")
    names: dict = {}
    for block in blocks(DOCS / "scripts.md"):
        if "import_tracks" in block:
            assert "Keys" in names["armature"].animation_data.action.name
            bpy.data.batch_remove(list(bpy.data.objects))
        exec(compile(block.replace('"/takes', f'"{takes}'), "scripts.md", "exec"), names)
    assert (takes / "mapping.json").stat().st_size > 1000
    assert bpy.context.scene.lsmplify.result.mean_mm < 10.0


def test_the_retargeting_script(extension) -> None:
    """On a rig with Mixamo's names, other sizes, other axes and arms that hang at rest."""
    from helpers import add_empties, waving

    add_empties(waving(24))
    bpy.context.scene.lsmplify.source = "SELECTED"
    bpy.ops.lsmplify.solve_and_bake()
    source = bpy.data.objects[bpy.context.scene.lsmplify.result.armature]
    (block,) = blocks(DOCS / "other-rigs.md")
    start, end = block.index("PAIRS = "), block.index("\nscene, layer")
    known: dict = {}
    exec(compile(block[start:end], "other-rigs.md", "exec"), known)
    target = other_rig(source, known["PAIRS"])
    exec(compile(block.replace('"Take"', repr(source.name)), "other-rigs.md", "exec"), {})
    for frame in (1, 9, 20):
        bpy.context.scene.frame_set(frame)
        for ours, theirs in known["PAIRS"].items():
            if not ours.endswith(("Collar", "Ankle", "Foot", "Spine3", "Neck", "Head", "Wrist")):
                assert apart(source, ours, target, theirs) < 2.0, (frame, ours)
    hips = target.pose.bones["mixamorig:Hips"].head.z
    assert hips == pytest.approx(1.25 * source.pose.bones["Pelvis"].head.z, rel=0.01)


def other_rig(source: bpy.types.Object, pairs: dict[str, str]) -> bpy.types.Object:
    """A larger copy of the source's bones under other names, rolled anyhow, its upper arms hanging at
    rest, and posed in a T-pose by hand."""
    data = source.data.copy()
    target = bpy.data.objects.new("Character", data)
    bpy.context.scene.collection.objects.link(target)
    bpy.context.view_layer.objects.active = target
    bpy.ops.object.mode_set(mode="EDIT")
    for number, bone in enumerate(data.edit_bones):
        bone.use_connect = False
        bone.head, bone.tail = 1.25 * bone.head, 1.25 * bone.tail
        bone.roll += 0.7 * number
    for side, angle in (("L", 40.0), ("R", -40.0)):
        turn_arm(data, side, math.radians(angle))
    for ours, theirs in pairs.items():
        data.edit_bones[ours].name = theirs
    bpy.ops.object.mode_set(mode="OBJECT")
    for name, side in (("mixamorig:LeftArm", -40.0), ("mixamorig:RightArm", 40.0)):
        bone = target.pose.bones[name]
        around = Matrix.Rotation(math.radians(side), 4, "Y")
        head = Matrix.Translation(bone.head)
        bone.matrix = head @ around @ head.inverted() @ bone.matrix
    bpy.context.view_layer.update()
    return target


def turn_arm(data: bpy.types.Armature, side: str, angle: float) -> None:
    """Let an arm hang down from its shoulder by an angle."""
    shoulder = data.edit_bones[f"{side}_Shoulder"].head.copy()
    turn = (
        Matrix.Translation(shoulder)
        @ Matrix.Rotation(angle, 4, "Y")
        @ Matrix.Translation(-shoulder)
    )
    for joint in ("Shoulder", "Elbow", "Wrist", "Hand"):
        data.edit_bones[f"{side}_{joint}"].transform(turn)


def apart(source: bpy.types.Object, ours: str, target: bpy.types.Object, theirs: str) -> float:
    """Degrees between the directions of a bone and its counterpart in the world."""
    a, b = (
        r.matrix_world.to_3x3() @ direction(r, n) for r, n in ((source, ours), (target, theirs))
    )
    return math.degrees(a.angle(b))


def direction(rig: bpy.types.Object, name: str) -> Vector:
    """From a bone's head to its tail."""
    bone = rig.pose.bones[name]
    return bone.tail - bone.head
