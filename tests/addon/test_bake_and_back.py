# SPDX-License-Identifier: GPL-3.0-or-later
"""The law of baking: a motion that is baked to an action and read back is the same motion.

Whatever the scene's rate and unit, the object's place and scale, the bones' axes and modes and the
keys that were there before. A draw is of its number alone, so that a failure can be tried again.
"""

import bpy
import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("extension")
MODES = ("QUATERNION", "AXIS_ANGLE", "XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


@pytest.mark.parametrize("number", range(40))
def test_a_motion_that_is_baked_and_read_back_is_the_same(number: int) -> None:
    from baked_motions import armature_for, assert_same, drawn, reversed_motion
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.takes.reading import read_take
    from lsmplify_extension.lsmplify_core.cleanup.placing import placed

    draw = drawn(number)
    motion = placed(draw.motion, in_place=True).motion if draw.in_place else draw.motion
    armature = armature_for(draw)
    timing = Timing(draw.first, draw.step, False)
    if draw.existing:  # keys of another take on the same frames, which are replaced
        bake(armature, reversed_motion(motion), timing, "before", True)
    bake(armature, motion, timing, "after", not draw.existing)
    take = read_take(bpy.context, armature)
    assert take.grid.frames[0] == pytest.approx(draw.first)
    assert_same(take, motion, timing)


@pytest.mark.parametrize("start", [0.0, 0.5, 12.34])
@pytest.mark.parametrize("fps", [24, 60])
def test_a_motion_that_keeps_its_start_time_is_read_back_from_there(start: float, fps: int) -> None:
    from baked_motions import assert_same
    from helpers import waving
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.takes.reading import read_take

    scene = bpy.context.scene
    scene.render.fps = fps
    motion = waving(20, float(fps))
    armature = make_armature(bpy.context, motion.body, "late")
    first = scene.frame_start + start * fps
    bake(armature, motion, Timing(first, 1.0, False), "late", True)
    take = read_take(bpy.context, armature)
    assert take.grid.frames[0] == pytest.approx(first, abs=1e-3)
    assert_same(take, motion)


@pytest.mark.parametrize("rate", [30.0, 120.0, 59.94])
def test_keys_on_whole_frames_hold_the_motion_there(rate: float) -> None:
    """Where the rates differ a key is the motion between two samples."""
    from baked_motions import assert_same
    from helpers import waving
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.takes.reading import read_take

    scene = bpy.context.scene
    scene.render.fps = 24
    motion = waving(41, rate)
    armature = make_armature(bpy.context, motion.body, "whole")
    step = 24 / rate
    bake(armature, motion, Timing(1.0, step, True), "whole", True)
    take = read_take(bpy.context, armature)
    assert_same(take, motion.at((take.grid.frames - 1.0) / step))


@pytest.mark.parametrize("mode", MODES)
def test_a_change_is_read_back_in_every_rotation_mode(mode: str) -> None:
    """An artist's own action has the mode that its bones have; a step writes in it."""
    from baked_motions import assert_same, into_mode
    from helpers import waving
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.addon.takes.reading import read_take
    from lsmplify_extension.addon.takes.writing import write_changes
    from lsmplify_extension.lsmplify_core.geometry.rotations import axis_angle_to_matrix
    from lsmplify_extension.lsmplify_core.motion.motion import Motion

    motion = waving(12)
    armature = make_armature(bpy.context, motion.body, "mode")
    bake(armature, motion, Timing(1.0, 1.0, False), "mode", True)
    into_mode(armature, mode)
    take = read_take(bpy.context, armature)
    assert_same(take, motion)
    rotations = motion.rotations.copy()
    rotations[3:8, 16:20] = rotations[3:8, 16:20] @ axis_angle_to_matrix(np.array([0.4, -0.9, 2.0]))
    changed = Motion(rotations, motion.root + 0.05, motion.rate, motion.body)
    write_changes(take, changed, take.action)
    assert {b.rotation_mode for b in armature.pose.bones} == {mode}
    assert_same(read_take(bpy.context, armature), changed)
