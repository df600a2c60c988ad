# SPDX-License-Identifier: GPL-3.0-or-later
"""From the scene to keys: what is baked is what was solved, and nothing else changes."""

import bpy
import numpy as np
import pytest


def solved(**settings: object) -> bpy.types.Object:
    """Run the operator with these settings; the armature with the bake."""
    for name, value in settings.items():
        setattr(bpy.context.scene.lsmplify, name, value)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    named = [o for o in bpy.data.objects if o.type == "ARMATURE" and o.animation_data]
    return named[-1]


def test_selected_empties_become_a_moving_body(extension) -> None:
    from helpers import add_empties, joints_in_world, waving

    motion = waving(30, 24.0)
    add_empties(motion)
    armature = solved()
    truth, far = motion.joints(), []
    for frame in range(motion.frames):
        bpy.context.scene.frame_set(frame + 1)
        far.append(np.linalg.norm(joints_in_world(armature) - truth[frame], axis=-1).mean())
    assert np.mean(far) < 0.02
    assert bpy.context.scene.lsmplify.result.mean_mm < 5.0
    assert any(o.type == "MESH" and o.parent == armature for o in bpy.data.objects)


def test_the_range_to_solve_again_is_the_takes_after_a_solve(extension) -> None:
    """It was 1 to 250 whatever the take's length."""
    from helpers import add_empties, waving

    add_empties(waving(30, 24.0))
    solved()
    resolve = bpy.context.scene.lsmplify.cleanup.resolve
    assert (resolve.frame_start, resolve.frame_end) == (1, 30)


@pytest.mark.parametrize("placed", [False, True])
@pytest.mark.parametrize("rate", [24.0, 120.0, 100.0])
def test_blender_evaluates_the_bake_to_the_solvers_joints(
    extension, rate: float, placed: bool
) -> None:
    """Within 0.1 mm at every frame, whatever the rates and the armature's place."""
    from helpers import joints_in_world, waving
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature, rig_of
    from lsmplify_extension.lsmplify_core.body.body import default_body
    from lsmplify_extension.lsmplify_core.motion.bone_axes import body_of

    armature = make_armature(bpy.context, default_body(), "Body")
    if placed:
        armature.location = (3.0, -2.0, 0.5)
        armature.rotation_euler = (0.3, -0.5, 2.0)
        armature.scale = (1.7, 1.7, 1.7)
        bpy.context.view_layer.update()
    motion = waving(int(rate), rate)
    motion = type(motion)(motion.rotations, motion.root, rate, body_of(rig_of(armature), "rig"))
    bake(armature, motion, Timing(1.0, 24.0 / rate, True), "take", True)
    for frame in range(1, 24):
        bpy.context.scene.frame_set(frame)
        expected = motion.at(np.array([(frame - 1) * rate / 24.0])).joints()[0]
        assert np.linalg.norm(joints_in_world(armature) - expected, axis=-1).max() < 1e-4


def test_every_sample_can_have_a_key(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    add_empties(waving(50, 100.0))
    armature = solved(keys="SAMPLES")
    frames = actions.key_coordinates(actions.curves_of(armature)[0])[:, 0]
    np.testing.assert_allclose(frames, 1.0 + 0.24 * np.arange(50), atol=1e-4)


def test_quaternions_never_flip(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    add_empties(waving(60, 24.0))
    armature = solved()
    curves = [c for c in actions.curves_of(armature) if "rotation_quaternion" in c.data_path]
    assert len(curves) == 4 * 24
    values = np.stack([actions.key_coordinates(c)[:, 1] for c in curves]).reshape(24, 4, -1)
    assert (np.sum(values[:, :, 1:] * values[:, :, :-1], axis=1) > 0).all()


def test_tracks_and_their_keys_stay_as_they_are(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    empties = add_empties(waving(20, 24.0))
    before = [actions.key_coordinates(c) for e in empties for c in actions.curves_of(e)]
    solved()
    after = [actions.key_coordinates(c) for e in empties for c in actions.curves_of(e)]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_the_own_action_keeps_its_keys_outside_the_range(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions

    motion = waving(60, 24.0)
    add_empties(motion)
    armature = solved()
    action = armature.animation_data.action
    before = {
        (c.data_path, c.array_index): actions.key_coordinates(c)
        for c in actions.curves_of(armature)
    }
    solved(target="EXISTING", armature=armature, into="CURRENT", use_range=True, frame_start=20,
           frame_end=30, auto_smooth=False, smooth=0.1)  # fmt: skip
    assert armature.animation_data.action == action
    changed = 0.0
    for curve in actions.curves_of(armature):
        old = before[curve.data_path, curve.array_index]
        new = actions.key_coordinates(curve)
        outside = (old[:, 0] < 20) | (old[:, 0] > 30)
        assert np.array_equal(new[:, 0], old[:, 0])
        assert np.array_equal(new[outside], old[outside])
        changed = max(changed, np.abs(new[~outside] - old[~outside]).max())
    assert changed > 1e-4


def test_a_new_action_leaves_the_old_one_alone(extension) -> None:
    from helpers import add_empties, waving

    add_empties(waving(20, 24.0))
    armature = solved()
    first = armature.animation_data.action
    solved(target="EXISTING", armature=armature)
    assert armature.animation_data.action != first
    assert first.name in bpy.data.actions


def test_the_action_has_its_slot_where_blender_has_slots(extension) -> None:
    from helpers import add_empties, waving

    add_empties(waving(10, 24.0))
    armature = solved()
    if bpy.app.version >= (4, 4, 0):
        assert armature.animation_data.action_slot is not None
        assert armature.animation_data.action_slot.target_id_type == "OBJECT"


def test_a_file_is_solved_without_importing_it(extension, tmp_path) -> None:
    from helpers import points_of, waving

    motion = waving(30, 60.0)
    names, points = points_of(motion)
    path = tmp_path / "take.npz"
    np.savez(path, points=1000.0 * points, names=np.array(names), rate=60.0)
    solved(source="FILE", filepath=str(path))
    result = bpy.context.scene.lsmplify.result
    assert result.frames == 30
    assert result.mean_mm < 5.0


def test_stopping_half_way_leaves_the_scene_as_it_was(extension) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.solve import job

    add_empties(waving(300, 30.0))
    objects, acts = set(bpy.data.objects), set(bpy.data.actions)
    steps = job.solve_job(job.prepare(bpy.context))
    for _ in range(3):
        next(steps)
    steps.close()
    assert set(bpy.data.objects) == objects
    assert set(bpy.data.actions) == acts


def test_registering_twice_leaves_nothing_behind(extension) -> None:
    for _ in range(3):
        extension.unregister()
        assert not hasattr(bpy.types.Scene, "lsmplify")
        assert not hasattr(bpy.types, "LSMPLIFY_PT_tracks")
        extension.register()


def test_quaternions_go_on_from_the_keys_outside_the_range(extension) -> None:
    """Someone who turned more than once round is baked anew in the middle: no spin at the seams."""
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body
    from lsmplify_extension.lsmplify_core.geometry.rotations import (
        axis_angle_to_matrix,
        rotation_x,
    )
    from lsmplify_extension.lsmplify_core.motion.motion import Motion

    heading = np.zeros((100, 3))
    heading[:, 2] = np.linspace(0.0, 9.0, 100)
    rotations = np.broadcast_to(np.eye(3), (100, 24, 3, 3)).copy()
    rotations[:, 0] = axis_angle_to_matrix(heading) @ rotation_x(90.0)
    whole = Motion(rotations, np.zeros((100, 3)), 24.0, default_body())
    armature = make_armature(bpy.context, default_body(), "Body")
    bake(armature, whole, Timing(1.0, 1.0, True), "take", True)
    bake(armature, whole.between(59, 80), Timing(60.0, 1.0, True), "take", False)
    path = armature.pose.bones["Pelvis"].path_from_id("rotation_quaternion")
    curves = [c for c in actions.curves_of(armature) if c.data_path == path]
    values = np.stack([actions.key_coordinates(c)[:, 1] for c in curves])
    assert (np.sum(values[:, 1:] * values[:, :-1], axis=0) > 0).all()


def test_the_artists_mode_and_selection_stay(extension) -> None:
    from helpers import add_empties, waving

    other = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(other)
    empties = add_empties(waving(5, 24.0))
    bpy.context.view_layer.objects.active = other
    bpy.ops.object.mode_set(mode="POSE")
    for empty in empties:
        empty.select_set(True)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert bpy.context.mode == "POSE"
    assert bpy.context.view_layer.objects.active == other
    assert all(e.select_get() for e in empties)


def test_a_file_saved_half_way_can_be_solved_again(extension, tmp_path) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.common import progress as running
    from lsmplify_extension.lsmplify_core.pipeline import Progress

    add_empties(waving(5, 24.0))
    running.tell(Progress("solve", 0.4))
    assert not bpy.ops.lsmplify.solve_and_bake.poll()
    assert bpy.context.scene.lsmplify.progress == pytest.approx(0.4)
    path = str(tmp_path / "half.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    running.tell(None)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert bpy.ops.lsmplify.solve_and_bake.poll()


def test_a_failure_while_solving_ends_the_solve(extension) -> None:
    from types import SimpleNamespace

    from lsmplify_extension.addon.common import progress as running
    from lsmplify_extension.addon.solve.operators import LSMPLIFY_OT_solve_and_bake as Solve
    from lsmplify_extension.lsmplify_core.pipeline import Progress

    def failing():
        yield Progress("solve", 0.1)
        raise FloatingPointError

    context = SimpleNamespace(workspace=SimpleNamespace(status_text_set=print), screen=None)
    said: list[str] = []
    operator = SimpleNamespace(
        _steps=failing(), _timer=None, threaded=False, _drawing=False,
        report=lambda _, line: said.append(line),
    )  # fmt: skip
    operator._rest = lambda c: Solve._rest(operator, c)
    running.tell(Progress("solve", 0.0))
    assert Solve.modal(operator, context, SimpleNamespace(type="TIMER")) == {"CANCELLED"}
    assert running.done() < 0
    assert len(said) == 1
    assert "FloatingPointError" in said[0]
    assert "\n" not in said[0]


def test_the_window_is_answered_while_a_long_step_runs(extension) -> None:
    """Looks at the events and Esc are answered while a step goes on, whatever it takes."""
    import threading
    from types import SimpleNamespace

    from lsmplify_extension.addon.common import progress as running
    from lsmplify_extension.addon.solve.operators import LSMPLIFY_OT_solve_and_bake as Solve
    from lsmplify_extension.lsmplify_core.pipeline import Progress
    from lsmplify_extension.lsmplify_core.runtime.in_thread import in_thread

    go, ended = threading.Event(), threading.Event()

    def slow():
        try:
            yield Progress("convention", 0.5)
            go.wait(600)
            yield Progress("verdict", 0.9)
        finally:
            ended.set()

    assert Solve.threaded
    context = SimpleNamespace(workspace=SimpleNamespace(status_text_set=print), screen=None)
    told: list[set[str]] = []
    operator = SimpleNamespace(
        _steps=in_thread(slow()), _timer=None, threaded=True, stopped=Solve.stopped,
        _line="", _drawn=-1.0, _pause=0.2, _drawing=False,
        report=lambda kind, _: told.append(kind),
    )  # fmt: skip
    operator._rest = lambda c: Solve._rest(operator, c)
    operator._show = lambda c, done: Solve._show(operator, c, done)
    operator.cancel = lambda c: Solve.cancel(operator, c)
    for _ in range(5):
        assert Solve.modal(operator, context, SimpleNamespace(type="TIMER")) == {"RUNNING_MODAL"}
    assert Solve.modal(operator, context, SimpleNamespace(type="ESC")) == {"CANCELLED"}
    assert not ended.is_set()
    go.set()
    assert ended.wait(600)
    assert told == [{"INFO"}]
    assert running.done() < 0


def test_every_stage_has_words(extension) -> None:
    from lsmplify_extension.addon.common import progress as running
    from lsmplify_extension.lsmplify_core.pipeline import STAGES, Progress

    for stage in {*STAGES, "solve", "refine"} - {"fit"}:
        running.tell(Progress(stage, 0.5))
        assert running.text()
    running.tell(None)
