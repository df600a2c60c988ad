# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist does while a solve runs costs no work of theirs: the settings are those of the
press of the button, and what is not there any more is said in one line."""

from collections.abc import Callable
from typing import Any

import bpy
import numpy as np
import pytest


def begun(into: str | None = None) -> tuple[Any, Any, Any]:
    """Tracks of a wave at 30 a second in a scene of 24; the armature to bake on with an action of
    its own, or None where one is made; a solve that is done and not yet written."""
    from helpers import add_empties, waving
    from lsmplify_extension.addon.bake import actions
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.people.solving import prepare_all, solve_all
    from lsmplify_extension.lsmplify_core.body.body import default_body
    from lsmplify_extension.lsmplify_core.runtime.progress import run_steps

    settings = bpy.context.scene.lsmplify
    armature = None
    if into is not None:
        armature = make_armature(bpy.context, default_body(), "Body")
        own = actions.new_action(armature, "Artist's")
        frames = np.arange(1.0, 200.0)
        for axis in range(3):
            actions.write_curve(
                armature, 'pose.bones["Pelvis"].location', axis, "Pelvis", frames, 0.001 * frames
            )
        settings.target, settings.armature, settings.into = "EXISTING", armature, into
        assert own.users
    for item in bpy.data.objects:
        item.select_set(False)
    add_empties(waving(20, 30.0))
    jobs = prepare_all(bpy.context)
    return armature, jobs, run_steps(solve_all(jobs))


def written(jobs: Any, solutions: Any) -> Any:
    from lsmplify_extension.addon.people.solving import finish_all

    return finish_all(bpy.context, jobs, solutions)[0]


def keys_of(armature: Any, action: Any) -> bytes:
    """Every key of an action's curves for an armature."""
    from lsmplify_extension.addon.bake import actions

    curves = sorted(actions.curves_in(action, armature), key=lambda c: (c.data_path, c.array_index))
    return b"".join(actions.key_coordinates(c).tobytes() for c in curves)


def refusal(jobs: Any, solutions: Any) -> str:
    """What is said where the result cannot be written; no action and no object came of it."""
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    before = set(bpy.data.objects), set(bpy.data.actions)
    with pytest.raises(InputError) as refused:
        written(jobs, solutions)
    assert (set(bpy.data.objects), set(bpy.data.actions)) == before
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_switching_into_while_solving_does_not_overwrite_the_artists_action(extension) -> None:
    armature, jobs, solutions = begun("NEW")
    own = armature.animation_data.action
    before = keys_of(armature, own)
    bpy.context.scene.lsmplify.into = "CURRENT"
    baked = written(jobs, solutions)
    assert baked.action != own
    assert keys_of(armature, own) == before
    assert own.use_fake_user, "an action that nobody uses is lost when the file is saved"


def test_a_new_body_stays_a_new_body(extension) -> None:
    _, jobs, solutions = begun()
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    other = make_armature(bpy.context, default_body(), "Other")
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature, settings.into = "EXISTING", other, "CURRENT"
    assert written(jobs, solutions).armature != other
    assert other.animation_data is None or other.animation_data.action is None


def test_another_rate_meanwhile_moves_no_key(extension) -> None:
    _, jobs, solutions = begun()
    bpy.context.scene.render.fps = 60
    baked = written(jobs, solutions)
    assert baked.action.frame_range[1] == pytest.approx(1 + round(19 * 24 / 30), abs=1)
    notes = baked.solution.report["warnings"]
    assert any("from 24 to 60" in note for note in notes)


def test_the_result_is_in_the_scene_of_the_press(extension) -> None:
    _, jobs, solutions = begun()
    first = bpy.context.scene
    second = bpy.data.scenes.new("Elsewhere")
    if bpy.context.window is not None:
        bpy.context.window.scene = second
    with bpy.context.temp_override(scene=second, view_layer=second.view_layers[0]):
        baked = written(jobs, solutions)
    assert baked.armature.name in first.objects
    assert baked.armature.name not in second.objects
    assert first.lsmplify.result.done
    assert not second.lsmplify.result.done
    assert len(baked.armature.data.bones) == 24


@pytest.mark.parametrize("into", ["NEW", "CURRENT"])
def test_a_renamed_armature_is_found(extension, into: str) -> None:
    armature, jobs, solutions = begun(into)
    armature.name = "Called otherwise"
    assert written(jobs, solutions).armature == armature


def remove_armature(armature: Any) -> None:
    bpy.data.objects.remove(armature)


def remove_action(armature: Any) -> None:
    bpy.data.actions.remove(armature.animation_data.action)


def rename_bone(armature: Any) -> None:
    armature.data.bones["L_Knee"].name = "Knie"


def lengthen_bone(armature: Any) -> None:
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    armature.data.edit_bones["L_Knee"].head.z -= 0.1
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (remove_armature, "was removed while solving"),
        (remove_action, "was removed while solving"),
        (rename_bone, "no bone L_Knee"),
        (lengthen_bone, "bones are others at rest"),
    ],
)
def test_what_is_another_meanwhile_is_one_line(
    extension, change: Callable[[Any], None], says: str
) -> None:
    armature, jobs, solutions = begun("CURRENT")
    change(armature)
    assert says in refusal(jobs, solutions)


def test_another_action_shown_meanwhile_is_not_written(extension) -> None:
    from lsmplify_extension.addon.bake import actions

    armature, jobs, solutions = begun("CURRENT")
    chosen = armature.animation_data.action
    other = actions.new_action(armature, "Other")
    baked = written(jobs, solutions)
    assert baked.action == chosen
    assert armature.animation_data.action == other
    assert not actions.curves_in(other, armature)
    assert any("another action" in note for note in baked.solution.report["warnings"])


def test_locked_curves_are_left_and_told(extension) -> None:
    from lsmplify_extension.addon.bake import actions

    armature, jobs, solutions = begun("CURRENT")
    action = armature.animation_data.action
    curve = actions.curves_in(action, armature)[1]
    curve.lock = True
    before = actions.key_coordinates(curve)
    baked = written(jobs, solutions)
    np.testing.assert_array_equal(actions.key_coordinates(curve), before)
    others = [c for c in actions.curves_in(action, armature) if c.data_path == curve.data_path]
    assert any(not np.array_equal(actions.key_coordinates(c), before) for c in others)
    assert any("locked curves" in n and "Pelvis" in n for n in baked.solution.report["warnings"])


def test_a_handler_that_removes_a_track_is_one_line(extension, capfd) -> None:
    from helpers import add_empties, waving

    empties = add_empties(waving(20, 30.0))
    for empty in empties:
        constraint = empty.constraints.new("LIMIT_LOCATION")
        constraint.use_min_x, constraint.min_x = True, -100.0

    def removes(*_: Any) -> None:
        if len(bpy.data.objects) == len(empties):
            bpy.data.objects.remove(bpy.data.objects[empties_name])

    empties_name = empties[0].name
    bpy.app.handlers.frame_change_post.append(removes)
    try:
        with pytest.raises(RuntimeError) as refused:
            bpy.ops.lsmplify.solve_and_bake()
    finally:
        bpy.app.handlers.frame_change_post.remove(removes)
    said = str(refused.value).strip()
    assert "\n" not in said
    assert "Traceback" not in said + capfd.readouterr().err


def test_a_fault_of_ours_is_one_line_with_a_log(extension, monkeypatch) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.people import solving

    def broken(*_: Any) -> Any:
        raise KeyError("something of ours\nin two lines")

    add_empties(waving(5, 24.0))
    monkeypatch.setattr(solving.job, "solve_job", broken)
    with pytest.raises(RuntimeError) as refused:
        bpy.ops.lsmplify.solve_and_bake()
    said = str(refused.value).strip()
    assert "\n" not in said
    assert "Traceback" not in said
    log = said.partition("details: ")[2].split()[0]
    with open(log, encoding="utf-8") as file:
        assert "KeyError" in file.read()
