# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict in the panel: the grade, its reasons, and the button that shows where they are."""

import json
from pathlib import Path

import bpy
import numpy as np


def solve(good: bool = True) -> bpy.types.PropertyGroup:
    """Solve empties of someone who waves, or the same in heaps; the scene's verdict."""
    from helpers import add_empties, waving

    empties = add_empties(waving(30, 24.0))
    if not good:
        random = np.random.default_rng(0)
        for empty in empties:
            for curve in _curves(empty):
                for key in curve.keyframe_points:
                    key.co.y = float(random.standard_normal())
                curve.update()
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    return bpy.context.scene.lsmplify.result.verdict


def _curves(owner: bpy.types.Object) -> list[bpy.types.FCurve]:
    from lsmplify_extension.addon.bake import actions

    return actions.curves_of(owner)


def test_a_right_result_is_good_and_has_no_reasons(extension) -> None:
    verdict = solve()
    assert verdict.grade == "good"
    assert not verdict.reasons
    assert not bpy.ops.lsmplify.show_reason.poll()


def test_garbage_says_so_in_the_result_and_not_again_in_the_notes(extension) -> None:
    verdict = solve(good=False)
    assert verdict.grade == "do not use"
    assert len(verdict.reasons) >= 3
    assert any(r.refuses for r in verdict.reasons)
    assert "to be trusted" not in bpy.context.scene.lsmplify.result.notes


def test_reasons_are_sentences_with_their_number(extension) -> None:
    from lsmplify_extension.addon.review.verdict import sentence

    for reason in solve(good=False).reasons:
        text = sentence(reason)
        assert "{" not in text
        assert text[0].isupper() or not text[0].isalpha()
        assert reason.number in text


def test_show_me_goes_to_the_frame_and_selects_the_bones(extension) -> None:
    scene = bpy.context.scene
    verdict = solve(good=False)
    at = next(i for i, r in enumerate(verdict.reasons) if r.code == "far-track")
    scene.frame_set(1)
    scene.lsmplify.seeing.show = False
    assert bpy.ops.lsmplify.show_reason(index=at) == {"FINISHED"}
    assert scene.frame_current == verdict.reasons[at].frame
    assert scene.lsmplify.seeing.show
    armature = bpy.context.view_layer.objects.active
    assert armature.name == scene.lsmplify.result.armature
    chosen = [b.name for b in armature.pose.bones if _is_selected(b)]
    assert len(chosen) == 1
    assert [o for o in bpy.context.selected_objects] == [armature]


def test_show_me_without_the_armature_still_goes_there(extension) -> None:
    verdict = solve(good=False)
    name = bpy.context.scene.lsmplify.result.armature
    bpy.data.objects.remove(bpy.data.objects[name])
    assert len(verdict.reasons)
    assert bpy.ops.lsmplify.show_reason(index=99) == {"FINISHED"}


def test_the_command_warns_and_is_strict_on_request(extension, tmp_path: Path, capsys) -> None:
    from lsmplify_extension.addon.cli import run
    from lsmplify_extension.lsmplify_core.layouts.layout import load_layout

    names = np.array(load_layout("BODY_25").names)
    points = np.random.default_rng(0).standard_normal((20, 25, 3))
    take, report = tmp_path / "noise.npz", tmp_path / "report.json"
    np.savez(take, points=points, names=names, rate=30.0)
    words = ["bake", "--file", str(take), "-o", str(tmp_path / "o.npz"), "--report", str(report)]
    assert run(words) == 0
    assert run([*words, "--strict"]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert json.loads(report.read_text())["verdict"]["grade"] == "do not use"
    assert lines
    assert all(line.startswith("warning: ") for line in lines)


def _is_selected(bone: bpy.types.PoseBone) -> bool:
    return bone.select if hasattr(bone, "select") else bone.bone.select
