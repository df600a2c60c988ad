# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of frames, what lies around them, and ramps at their ends."""

import numpy as np

from lsmplify_core.geometry.intervals import intervals_around, intervals_of, ramps


def test_runs_end_behind_their_last_frame() -> None:
    assert intervals_of(np.array([1, 1, 0, 1, 0, 0, 1], dtype=bool)) == [(0, 2), (3, 4), (6, 7)]
    assert intervals_of(np.zeros(3, dtype=bool)) == []


def test_stretches_that_touch_are_one_and_stay_in_the_take() -> None:
    values = np.zeros(30, dtype=bool)
    values[[1, 8, 25]] = True
    assert intervals_around(values, 3) == [slice(0, 12), slice(22, 29)]
    assert intervals_around(values, 30) == [slice(0, 30)]
    assert intervals_around(values, 0) == [slice(1, 2), slice(8, 9), slice(25, 26)]


def test_ramps_rise_inside_and_stay_full_at_the_takes_own_ends() -> None:
    assert np.allclose(ramps(slice(10, 16), 20, 2), [1 / 3, 2 / 3, 1, 1, 2 / 3, 1 / 3])
    assert np.allclose(ramps(slice(0, 4), 20, 2), [1, 1, 2 / 3, 1 / 3])
    assert np.allclose(ramps(slice(0, 4), 4, 2), 1)
