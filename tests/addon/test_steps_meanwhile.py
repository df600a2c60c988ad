# SPDX-License-Identifier: GPL-3.0-or-later
"""A step that lasts finds its take as it was, or says in one line what is another now; locked
curves are left as they are."""

from collections.abc import Callable
from typing import Any

import bpy
import numpy as np
import pytest


def solved() -> Any:
    """An armature with the action of a solve."""
    from helpers import add_empties, waving

    add_empties(waving(20, 24.0))
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    armature = bpy.data.objects[bpy.context.scene.lsmplify.result.armature]
    for item in bpy.data.objects:
        item.select_set(item == armature)
    bpy.context.view_layer.objects.active = armature
    return armature


def found(kept: Any) -> Any:
    from lsmplify_extension.addon.takes.held import found_again

    with found_again(bpy.context, kept, True) as (_, take):
        return take


def kept_take(armature: Any) -> Any:
    from lsmplify_extension.addon.takes.held import held
    from lsmplify_extension.addon.takes.reading import read_take

    return held(bpy.context, read_take(bpy.context, armature))


def test_what_is_only_called_otherwise_is_found(extension) -> None:
    armature = solved()
    kept = kept_take(armature)
    armature.name, armature.animation_data.action.name = "Somebody", "Something"
    take = found(kept)
    assert (take.armature, take.action) == (armature, armature.animation_data.action)


def change_key(armature: Any) -> None:
    from lsmplify_extension.addon.bake import actions

    curve = actions.curves_of(armature)[0]
    curve.keyframe_points[3].co[1] += 0.01


def change_rate(_armature: Any) -> None:
    bpy.context.scene.render.fps = 30


def remove_armature(armature: Any) -> None:
    bpy.data.objects.remove(armature)


def remove_action(armature: Any) -> None:
    bpy.data.actions.remove(armature.animation_data.action)


def rename_bone(armature: Any) -> None:
    armature.data.bones["Head"].name = "Kopf"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (change_key, "was changed meanwhile"), (change_rate, "was changed meanwhile"),
        (remove_armature, "was removed meanwhile"), (remove_action, "was removed meanwhile"),
        (rename_bone, "no bone Head"),
    ],
)  # fmt: skip
def test_what_is_another_is_one_line(extension, change: Callable[[Any], None], says: str) -> None:
    from lsmplify_extension.lsmplify_core.runtime.errors import InputError

    armature = solved()
    kept = kept_take(armature)
    change(armature)
    with pytest.raises(InputError, match=says):
        found(kept)


def test_a_step_leaves_locked_curves(extension) -> None:
    from lsmplify_extension.addon.bake import actions

    armature = solved()
    before = armature.animation_data.action
    locked = [c for c in actions.curves_in(before, armature) if "Head" in c.data_path]
    for curve in locked:
        curve.lock = True
    values = {c.array_index: actions.key_coordinates(c) for c in locked}
    assert bpy.ops.lsmplify.smooth(head=0.3, spine=0.3) == {"FINISHED"}
    after = armature.animation_data.action
    assert after != before
    for curve in actions.curves_in(after, armature):
        if "Head" in curve.data_path:
            np.testing.assert_array_equal(actions.key_coordinates(curve), values[curve.array_index])
