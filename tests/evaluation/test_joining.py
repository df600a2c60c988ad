# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips joined into one take."""

from dataclasses import replace

import numpy as np

from lsmplify_core.evaluation.joining import joined
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.rotations import matrix_to_axis_angle


def test_clips_stay_as_they_are_and_seams_are_told() -> None:
    clips = [strolling(frames, 30.0, seed=frames) for frames in (40, 25, 1)]
    whole, seams = joined(clips)
    assert whole.frames == len(seams) > 66
    assert np.array_equal(whole.rotations[~seams], np.concatenate([c.rotations for c in clips]))
    assert np.array_equal(whole.root[~seams], np.concatenate([c.root for c in clips]))


def test_seams_leap_nowhere() -> None:
    """Between clips 7 m apart the root stays under 2 m/s, and no joint turns by leaps."""
    a, b = strolling(40, 30.0, seed=1), strolling(40, 30.0, seed=2)
    b = replace(b, root=b.root + np.array([7.0, 0.0, 0.0]))
    whole, seams = joined([a, b])
    near = np.flatnonzero(seams)
    around = slice(near[0] - 1, near[-1] + 2)
    speed = 30.0 * np.linalg.norm(np.diff(whole.root[around], axis=0), axis=1)
    assert 1.5 < speed.max() < 2.05
    turns = whole.rotations[around]
    steps = matrix_to_axis_angle(np.swapaxes(turns[:-1], -1, -2) @ turns[1:])
    assert np.linalg.norm(steps, axis=-1).max() < np.pi / len(near) * 2
    assert np.allclose(turns @ np.swapaxes(turns, -1, -2), np.eye(3), atol=1e-9)


def test_one_clip_is_itself() -> None:
    clip = strolling(12, 30.0)
    whole, seams = joined([clip])
    assert np.array_equal(whole.rotations, clip.rotations)
    assert not seams.any()
