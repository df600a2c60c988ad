# SPDX-License-Identifier: GPL-3.0-or-later
"""The core's Bézier curves are Blender's: the same keys and handles give the same values."""

import bpy
import numpy as np
import pytest


@pytest.fixture
def cleanup(extension):
    from lsmplify_extension.lsmplify_core.cleanup.keys import bezier

    return bezier


def curve_of(keys, channel: int):
    """A curve of an empty's location with these keys, handles and all."""
    empty = bpy.data.objects.new("curve", None)
    bpy.context.scene.collection.objects.link(empty)
    for time, value in zip(keys.times, keys.values[:, channel], strict=True):
        empty.location[0] = value
        empty.keyframe_insert("location", index=0, frame=float(time))
    action = empty.animation_data.action
    curve = (
        action.fcurves[0]
        if hasattr(action, "fcurves")
        else action.layers[0].strips[0].channelbags[0].fcurves[0]
    )
    for point, left, right in zip(
        curve.keyframe_points, keys.left[:, channel], keys.right[:, channel], strict=True
    ):
        point.interpolation = "BEZIER"
        point.handle_left_type = point.handle_right_type = "FREE"
        point.handle_left, point.handle_right = left, right
    return curve


def test_curves_play_back_as_computed(cleanup) -> None:
    t = np.arange(100) / 15.0
    values = np.stack((np.sin(t), 0.3 * np.cos(2 * t)), axis=1)
    keys = cleanup.curve_keys(1.0 + 0.5 * np.arange(100), values, np.array([0, 13, 40, 41, 70, 99]))
    frames = np.linspace(-3.0, 55.0, 117)
    expected = cleanup.evaluate_curve(keys, frames)
    for channel in range(2):
        curve = curve_of(keys, channel)
        shown = [curve.evaluate(float(f)) for f in frames]
        np.testing.assert_allclose(shown, expected[:, channel], atol=2e-5)


def test_overlapping_handles_are_shortened_as_blender_does(cleanup) -> None:
    keys = cleanup.CurveKeys(
        np.array([0.0, 10.0]), np.array([[0.0], [1.0]]),
        np.array([[[-4.0, 0.0]], [[-4.0, 2.0]]]), np.array([[[12.0, 0.5]], [[14.0, 1.0]]]),
    )  # fmt: skip
    curve = curve_of(keys, 0)
    frames = np.linspace(0.0, 10.0, 21)
    expected = cleanup.evaluate_curve(keys, frames)[:, 0]
    np.testing.assert_allclose([curve.evaluate(float(f)) for f in frames], expected, atol=2e-4)
