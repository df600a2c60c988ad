# SPDX-License-Identifier: GPL-3.0-or-later
"""Repairs in Blender: listed with the action, marked on the timeline, left out and solved again."""

import json
from dataclasses import replace

import bpy
import numpy as np
import pytest

SWAP = (20, 34)
SPIKE = 50


def _damaged(mend: bool = True) -> bpy.types.Object:
    """A take with the knees' labels exchanged for a while and a wrist that leaps, solved and
    baked."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    scene = bpy.context.scene
    scene.render.fps = 30
    empties = {e.name: e for e in add_empties(waving(90), "CMU_41")}

    def curves(name: str) -> list[bpy.types.FCurve]:
        return list(actions.curves_of(empties[name]))

    for one, other in zip(curves("LKNE"), curves("RKNE"), strict=True):
        for key in range(*SWAP):
            a, b = one.keyframe_points[key], other.keyframe_points[key]
            a.co.y, b.co.y = b.co.y, a.co.y
    curves("LFIN")[2].keyframe_points[SPIKE].co.y += 0.5
    scene.lsmplify.mend = mend
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    armature = bpy.data.objects[scene.lsmplify.result.armature]
    bpy.context.view_layer.objects.active = armature
    return armature


def _step(armature: bpy.types.Object) -> bpy.types.PropertyGroup:
    return armature.animation_data.action.lsmplify_step


def _kinds(step: bpy.types.PropertyGroup) -> list[str]:
    return [i.kind for i in step.repairs if i.kind != "gap"]


def test_repairs_are_listed_with_tracks_and_frames(extension) -> None:
    step = _step(_damaged())
    assert _kinds(step) == ["swap", "spike"]
    swap = next(i for i in step.repairs if i.kind == "swap")
    assert sorted(json.loads(swap.tracks)) == ["LKNE", "RKNE"]
    assert (swap.first, swap.last) == (SWAP[0], SWAP[1] - 1)
    assert (swap.start, swap.end) == (SWAP[0] + 1, SWAP[1])  # the take begins at frame 1
    spike = next(i for i in step.repairs if i.kind == "spike")
    assert json.loads(spike.tracks) == ["LFIN"]
    assert spike.first == spike.last == SPIKE


def test_clean_tracks_have_an_empty_list_and_no_markers(extension) -> None:
    from helpers import add_empties, waving

    add_empties(waving(60))
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    armature = bpy.data.objects[bpy.context.scene.lsmplify.result.armature]
    assert len(_step(armature).repairs) == 0
    assert len(bpy.context.scene.timeline_markers) == 0


def test_timeline_markers_come_and_go(extension) -> None:
    scene = bpy.context.scene
    scene.timeline_markers.new("mine", frame=7)
    _damaged()

    def told() -> list[tuple[str, int]]:
        return sorted((m.name, m.frame) for m in scene.timeline_markers)

    marked = told()
    assert marked[0] == ("mine", 7)
    assert [m[0].split(",")[0] for m in marked[1:]] in (
        ["repair: spike LFIN", "repair: swap LKNE RKNE"],
        ["repair: spike LFIN", "repair: swap RKNE LKNE"],
    )
    assert [m[1] for m in marked[1:]] == [SPIKE + 1, SWAP[0] + 1]
    scene.lsmplify.mark_repairs = False
    assert told() == [("mine", 7)]
    scene.lsmplify.mark_repairs = True
    assert told() == marked


def test_long_names_of_two_bodies_keep_their_markers_apart(extension) -> None:
    from helpers import waving
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.takes import repair_marks

    armature, scene = _damaged(), bpy.context.scene
    armature.name = "Änne with a name that is longer than any marker's may be, and longer"
    other = make_armature(bpy.context, waving(1).body, "Ben")
    repair_marks.refresh_all(scene)
    names = [m.name for m in scene.timeline_markers]
    assert len(names) == 2
    assert all(n.startswith("repair: ") and n.endswith("]") for n in names)
    assert repair_marks.clear(scene, other) == 0
    assert repair_marks.clear(scene, armature) == 2


def test_jumping_goes_round_the_list(extension) -> None:
    armature, scene = _damaged(), bpy.context.scene
    starts = [i.start for i in _step(armature).repairs]
    assert bpy.ops.lsmplify.jump_to_repair(index=0) == {"FINISHED"}
    assert scene.frame_current == starts[0]
    for expected in [*starts[1:], starts[0]]:
        bpy.ops.lsmplify.jump_to_repair(step=1)
        assert scene.frame_current == expected


def _mean_error(armature: bpy.types.Object, span: slice) -> float:
    """Millimetres between tracks and body, the mean of a span counted from the take's start."""
    from lsmplify_extension.addon.bake import actions

    curves = {c.data_path: c for c in actions.curves_of(armature)}
    curve = curves['["track_error_mm"]']
    return float(np.mean([curve.evaluate(1 + f) for f in range(span.start, span.stop)]))


def test_a_solve_again_is_as_the_first_on_the_scenes_device(extension, monkeypatch) -> None:
    from lsmplify_extension.lsmplify_core.ik.backend import NUMPY
    from lsmplify_extension.lsmplify_core.review import solve_again

    usual, asked = solve_again.solve_steps, []

    def noted(*tracks, settings, **known):
        asked.append(settings)
        return usual(*tracks, settings=replace(settings, device=NUMPY), **known)

    settings = bpy.context.scene.lsmplify
    settings.refine, settings.auto_smooth, settings.smooth = 3, False, 0.02
    _damaged()
    settings.refine, settings.auto_smooth, settings.device = 1, True, "CUDA"
    monkeypatch.setattr(solve_again, "solve_steps", noted)
    assert bpy.ops.lsmplify.solve_with_repairs() == {"FINISHED"}
    assert [(s.refine, s.device) for s in asked] == [(3, "cuda")]
    assert asked[0].smooth == pytest.approx(0.02)


def test_a_repair_left_out_is_not_done_and_comes_back(extension) -> None:
    from helpers import waving
    from kept_takes import degrees_off, shown

    armature, truth = _damaged(), waving(90)
    solved = armature.animation_data.action
    before = shown(armature)
    middle = slice(SWAP[0] + 2, SWAP[1] - 2)
    assert degrees_off(before, truth, "L_Hip")[middle].max() < 12.0

    for item in _step(armature).repairs:
        item.on = item.kind != "swap"
    assert bpy.ops.lsmplify.solve_with_repairs() == {"FINISHED"}
    without = armature.animation_data.action
    assert without != solved
    assert without.lsmplify_step.kind == "MEND"
    assert without.lsmplify_step.source == solved
    assert _mean_error(armature, middle) > 10.0  # two of 41 tracks lie at the other knee
    assert _mean_error(armature, slice(0, 10)) < 3.0
    assert degrees_off(shown(armature), truth, "L_Hip")[:10].max() < 12.0
    assert "swap" not in " ".join(m.name for m in bpy.context.scene.timeline_markers)
    items = _step(armature).repairs
    assert [i.on for i in items if i.kind == "swap"] == [False]
    assert all(i.on for i in items if i.kind != "swap")

    assert bpy.ops.lsmplify.tick_repairs(which="ALL", on=True) == {"FINISHED"}
    assert bpy.ops.lsmplify.solve_with_repairs() == {"FINISHED"}
    again = armature.animation_data.action
    assert again.lsmplify_step.source == solved  # not made from the one without
    same = shown(armature)
    assert np.abs(same.joints() - before.joints()).max() < 0.01
    assert _mean_error(armature, middle) < 3.0
    assert bpy.ops.lsmplify.switch_action() == {"FINISHED"}


def test_errors_are_measured_beside_the_mended_tracks(extension) -> None:
    armature = _damaged()
    spans = armature.lsmplify_rig.spans
    assert not [s for s in spans if s.first <= SWAP[1] and s.last >= SWAP[0] and "track" in s.what]
    for item in _step(armature).repairs:
        item.on = False
    bpy.ops.lsmplify.solve_with_repairs()
    spans = armature.lsmplify_rig.spans
    assert [s for s in spans if s.first <= SWAP[1] and s.last >= SWAP[0]]


def test_the_list_survives_saving(extension, tmp_path) -> None:
    armature = _damaged()
    kept = [(i.kind, i.tracks, i.first, i.last, i.on) for i in _step(armature).repairs]
    _step(armature).repairs[0].on = False
    name, path = armature.name, str(tmp_path / "kept.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    armature = bpy.data.objects[name]
    bpy.context.view_layer.objects.active = armature
    again = [(i.kind, i.tracks, i.first, i.last, i.on) for i in _step(armature).repairs]
    assert again == [(*kept[0][:4], False), *kept[1:]]
    assert bpy.ops.lsmplify.solve_with_repairs() == {"FINISHED"}


def test_nothing_is_mended_where_that_is_switched_off(extension) -> None:
    armature = _damaged(mend=False)
    assert len(_step(armature).repairs) == 0
    assert bpy.context.scene.lsmplify.result.p95_mm > 5.0


def test_an_action_from_elsewhere_is_refused_in_one_line(extension) -> None:
    from helpers import waving
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature

    motion = waving(20, 24.0)
    armature = make_armature(bpy.context, motion.body, "Anna")
    bake(armature, motion, Timing(1.0, 1.0, True), "walk", True)
    bpy.context.view_layer.objects.active = armature
    for operator, says in (
        ("solve_with_repairs", "knows no tracks"),
        ("jump_to_repair", "Nothing had to be repaired"),
        ("tick_repairs", "knows no tracks"),
    ):
        with pytest.raises(RuntimeError, match=says):
            getattr(bpy.ops.lsmplify, operator)()
