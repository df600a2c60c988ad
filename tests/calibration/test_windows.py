# SPDX-License-Identifier: GPL-3.0-or-later
"""On which frames a body is calibrated: how many windows, how long, where most is seen."""

import numpy as np
import pytest

from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.calibration.windows import Windows, best_windows, with_neighbours
from lsmplify_core.geometry.rotations import axis_angle_to_matrix


def seen(weights: np.ndarray) -> MarkerObservations:
    frames, tracks = weights.shape
    return MarkerObservations(
        np.zeros((24, 3)), np.zeros(tracks, np.intp), np.zeros((tracks, 3)),
        np.zeros((frames, tracks, 3)), weights,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "count"), [(1.2, 4), (3.0, 4), (5.0, 5), (9.7, 10), (16.0, 16), (60.0, 16)]
)
@pytest.mark.parametrize("rate", [15.0, 30.0, 120.0])
def test_a_window_for_every_second_from_four_to_sixteen(
    seconds: float, count: int, rate: float
) -> None:
    total = round(seconds * rate)
    windows = best_windows(seen(np.ones((total, 6))), rate)
    length = min(5, -(-total // max(1, round(rate / 15.0))))
    assert windows.frames.shape[0] == length
    last = max(total - max(1, round(rate / 15.0)) * (length - 1), 1)
    assert windows.frames.shape[1] == min(count, last)
    assert windows.frames.max() < total
    steps = np.diff(windows.frames, axis=0)
    assert (steps[windows.frames[1:] < total - 1] == max(1, round(rate / 15.0))).all()


def test_windows_lie_where_most_is_seen() -> None:
    weights = np.zeros((120, 6))
    weights[:, :4] = 1.0
    for first in (12, 50, 75, 110):
        weights[first : first + 10] = 1.0
    windows = best_windows(seen(weights), 30.0)
    assert windows.frames[0].tolist() == [12, 50, 75, 110]
    assert windows.frames[:, 0].tolist() == [12, 14, 16, 18, 20]


@pytest.mark.parametrize(("share", "kept"), [(0.6, 3), (0.8, 4)])
def test_windows_that_show_seven_tenths_of_the_best_count(share: float, kept: int) -> None:
    weights = np.ones((120, 10))
    weights[30:60, round(10 * share) :] = 0.0
    weights[55:75, round(10 * share) :] = 0.0
    assert best_windows(seen(weights), 30.0).frames.shape[1] in (kept, 4)
    weights = np.ones((120, 10))
    weights[:36, round(10 * share) :] = 0.0
    assert best_windows(seen(weights), 30.0).frames.shape[1] == kept


def test_a_short_take_is_one_window_of_frames_that_are_there_once() -> None:
    windows = best_windows(seen(np.ones((20, 6))), 30.0)
    assert windows.whole
    assert windows.frames[:, 0].tolist() == list(range(0, 20, 2))
    assert best_windows(seen(np.ones((20, 6))), 120.0).frames[:, 0].tolist() == [0, 8, 16]
    assert not best_windows(seen(np.ones((31, 6))), 30.0).whole


def test_a_short_take_whose_frames_show_less_here_and_there_has_windows() -> None:
    weights = np.ones((20, 10))
    weights[:6, 5:] = 0.0
    windows = best_windows(seen(weights), 30.0)
    assert not windows.whole
    assert windows.frames.min() >= 2  # as far into the take as its first quarter goes


def test_every_other_row_and_the_last() -> None:
    for length, rows in ((5, [0, 2, 4]), (4, [0, 2, 3]), (2, [0, 1]), (1, [0])):
        assert Windows(np.zeros((length, 3), np.intp)).every_other.tolist() == rows


def test_the_clock_of_rows_that_lie_window_behind_window() -> None:
    """Fifteen a second of each window; half as many where every other row is taken."""
    windows = Windows(np.zeros((5, 4), np.intp))
    assert windows.frame_rate(np.arange(5)) == 60.0
    assert windows.frame_rate(np.array([0, 2, 4])) == 30.0
    assert Windows(np.zeros((1, 4), np.intp)).frame_rate(np.array([0])) == 60.0
    assert Windows(np.zeros((2, 7), np.intp)).frame_rate(np.array([0])) == 105.0


def test_poses_between_rows_are_those_of_their_own_window() -> None:
    windows = Windows(np.zeros((5, 3), np.intp))
    rows = np.array([0, 2, 4])
    angle = np.array([[0.0, 1.0, -1.0], [0.2, 1.2, -0.6], [0.4, 1.8, -0.2]])  # row by window
    rotations = np.tile(np.eye(3), (9, 24, 1, 1))
    rotations[:, 3] = axis_angle_to_matrix(angle.reshape(-1, 1) * [0.0, 0.0, 1.0])
    root = np.repeat(angle.reshape(-1, 1), 3, axis=1)
    found = windows.between(PoseSequence(rotations, root), rows)
    filled = np.array([[0.0, 1.0, -1.0], [0.1, 1.1, -0.8], [0.2, 1.2, -0.6], [0.3, 1.5, -0.4],
                       [0.4, 1.8, -0.2]])  # fmt: skip
    np.testing.assert_allclose(found.root[:, 0].reshape(5, 3), filled, atol=1e-6)
    expected = axis_angle_to_matrix(filled.reshape(-1, 1) * [0.0, 0.0, 1.0])
    np.testing.assert_allclose(found.rotations[:, 3], expected, atol=1e-6)


def test_rows_beside_a_lost_one_are_lost() -> None:
    lost = np.zeros((5, 3), dtype=bool)
    lost[2, 1] = True
    lost[0, 0] = True
    found = with_neighbours(lost, np.array([0, 2, 4]))
    assert found.astype(int).tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0]]
    same = with_neighbours(lost, np.arange(5))
    np.testing.assert_array_equal(same, lost)
