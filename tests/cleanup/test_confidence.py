# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody can be sure of: rotations that no track shows, frames without tracks."""

from dataclasses import replace

import numpy as np
from takes import tracks_of, waving

from lsmplify_core.cleanup.attached import attach
from lsmplify_core.cleanup.confidence import expected_errors, undecided
from lsmplify_core.geometry.skeleton import JOINT_INDEX, N_POSED

TAKE = waving(40)
POINTS = attach(TAKE, tracks_of(TAKE))
L_WRIST, R_WRIST, KNEE = (JOINT_INDEX[n] for n in ("L_Wrist", "R_Wrist", "L_Knee"))


def test_wrists_are_shown_by_no_keypoint_and_knees_by_the_ankles() -> None:
    found = undecided(TAKE, POINTS)
    assert found.shape == (40, N_POSED)
    assert found[:, [L_WRIST, R_WRIST]].all()
    assert not found[:, KNEE].any()


def test_a_limb_that_is_not_seen_for_a_while_is_undecided_then() -> None:
    positions = POINTS.positions.copy()
    below = [POINTS.names.index(n) for n in ("LAnkle", "LBigToe", "LSmallToe", "LHeel")]
    positions[10:20, below] = np.nan
    found = undecided(TAKE, replace(POINTS, positions=positions))[:, KNEE]
    assert np.flatnonzero(found).tolist() == list(range(10, 20))


def test_the_network_is_less_sure_of_what_it_does_not_see() -> None:
    expected = expected_errors(TAKE, POINTS)
    assert expected.shape == (40, N_POSED)
    assert expected[:, [L_WRIST, R_WRIST]].mean() > 1.5 * expected[:, KNEE].mean()


def test_frames_without_tracks_are_unsure_throughout() -> None:
    positions = POINTS.positions.copy()
    positions[15:18] = np.nan
    expected = expected_errors(TAKE, replace(POINTS, positions=positions))
    usual = expected_errors(TAKE, POINTS)
    assert expected[15:18].min() > np.percentile(usual, 90)


def test_place_and_size_of_the_body_say_nothing() -> None:
    far = replace(TAKE, root=TAKE.root + np.array([40.0, -30.0, 0.0]))
    points = replace(POINTS, positions=POINTS.positions + np.array([40.0, -30.0, 0.0]))
    np.testing.assert_allclose(
        expected_errors(far, points), expected_errors(TAKE, POINTS), rtol=1e-2
    )
