# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses set by hand: what is known where, and how corrections spread between them."""

import numpy as np
import pytest
from takes import waving

from lsmplify_core.cleanup.resolve.pose_keys import (
    PoseKey,
    anchors_of,
    insert_solved,
    pose_key,
    spread_corrections,
)
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle

ELBOW = 18
TAKE = waving(60)


def _turned(frame: int, angle: float = 0.4, move: float = 0.0) -> PoseKey:
    """The take's pose with elbow and neck turned about X, and the root moved along X."""
    key = pose_key(TAKE, frame)
    rotations = key.rotations.copy()
    for joint in (ELBOW, 12):
        rotations[joint] = rotations[joint] @ axis_angle_to_matrix(np.array([angle, 0.0, 0.0]))
    return PoseKey(rotations, np.add(key.root, [move, 0.0, 0.0]))


def _elbow(motion, before=TAKE):
    """(T,) radians about X that the elbow was turned by."""
    turn = np.swapaxes(before.rotations[:, ELBOW], -1, -2) @ motion.rotations[:, ELBOW]
    return matrix_to_axis_angle(turn)[:, 0]


@pytest.mark.parametrize(
    ("span", "known"), [((10, 20), [9, 15, 21]), ((0, 20), [15, 21]), ((10, 59), [9, 15]),
                        ((1, 58), [0, 15, 59])],
)  # fmt: skip
def test_a_spans_neighbours_are_known_and_its_keys(span, known) -> None:
    found = anchors_of(TAKE, span, {15: _turned(15)}, list(range(24)))
    assert list(found) == known
    np.testing.assert_array_equal(found[15].rotations, _turned(15).rotations)


@pytest.mark.parametrize("root", [True, False])
def test_joints_that_are_not_to_change_keep_the_motions_pose(root: bool) -> None:
    """The root's place goes with the pelvis."""
    found = anchors_of(TAKE, (10, 20), {15: _turned(15, move=0.5)}, [0, ELBOW] if root else [ELBOW])
    key = found[15]
    np.testing.assert_array_equal(key.rotations[ELBOW], _turned(15).rotations[ELBOW])
    np.testing.assert_array_equal(key.rotations[12], TAKE.rotations[15, 12])
    assert key.root[0] - TAKE.root[15, 0] == pytest.approx(0.5 if root else 0.0)


def test_a_correction_goes_down_to_the_neighbours_in_a_half_wave() -> None:
    anchors = anchors_of(TAKE, (10, 30), {20: _turned(20, 0.4, 0.2)}, list(range(24)))
    found = spread_corrections(TAKE, anchors, (10, 30))
    bend, way = _elbow(found), found.root[:, 0] - TAKE.root[:, 0]
    share = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, 12) / 11.0)
    np.testing.assert_allclose(bend[10:21], 0.4 * share, atol=1e-6)
    np.testing.assert_allclose(way[10:21], 0.2 * share, atol=1e-9)
    np.testing.assert_allclose(bend[20:31], 0.4 * share[::-1], atol=1e-6)
    assert np.abs(bend[[*range(10), *range(31, 60)]]).max() < 1e-6
    assert spread_corrections(TAKE, {}, (10, 30)) is TAKE


def test_before_the_first_and_after_the_last_key_a_correction_is_held() -> None:
    found = spread_corrections(TAKE, {20: _turned(20)}, (0, 59))
    np.testing.assert_allclose(_elbow(found), 0.4, atol=1e-6)


@pytest.mark.parametrize("root", [True, False])
def test_a_solved_span_is_set_in_and_meets_its_keys(root: bool) -> None:
    """At 30 frames a second over a third of one: ten frames; nothing else is touched."""
    solved = spread_corrections(TAKE, {0: _turned(0, 0.1, 0.1)}, (0, 59))
    chosen = [0, ELBOW] if root else [ELBOW]
    anchors = {30: _turned(30, 0.4, 0.3)}
    found = insert_solved(TAKE, solved, (20, 40), anchors, chosen, 1.0 / 3.0)
    bend, way = _elbow(found), found.root[:, 0] - TAKE.root[:, 0]
    share = 0.5 + 0.5 * np.cos(np.pi * np.arange(11) / 10.0)
    np.testing.assert_allclose(bend[30:41], 0.1 + 0.3 * share, atol=1e-6)
    np.testing.assert_allclose(bend[20:31], 0.1 + 0.3 * share[::-1], atol=1e-6)
    np.testing.assert_allclose(way[30:41], (0.1 + 0.2 * share) if root else 0.0, atol=1e-9)
    others = [j for j in range(24) if j not in chosen]
    np.testing.assert_array_equal(found.rotations[:, others], TAKE.rotations[:, others])
    outside = [*range(20), *range(41, 60)]
    np.testing.assert_array_equal(found.rotations[outside], TAKE.rotations[outside])
    np.testing.assert_array_equal(found.rotations[30, ELBOW], anchors[30].rotations[ELBOW])
    assert found.track_error is None


def test_a_key_reaches_no_farther_than_the_next() -> None:
    """Five frames apart: each fades out where the other is whole."""
    anchors = {20: _turned(20, 0.4), 25: _turned(25, 0.0)}
    found = insert_solved(TAKE, TAKE, (10, 40), anchors, [ELBOW], 1.0)
    bend = _elbow(found)
    share = 0.5 + 0.5 * np.cos(np.pi * np.arange(6) / 5.0)
    np.testing.assert_allclose(bend[20:26], 0.4 * share, atol=1e-6)
    np.testing.assert_allclose(bend[15:21], 0.4 * share[::-1], atol=1e-6)
    assert np.abs(bend[10:15]).max() < 1e-6
