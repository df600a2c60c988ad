# SPDX-License-Identifier: GPL-3.0-or-later
"""How badly points fit a body: by proportions and by what changes, between near points of one
bone."""

import numpy as np
import pytest

from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.layouts.layout import Keypoint, Layout
from lsmplify_core.tracks.body_fit import body_misfit, neighbours, rest_points


def on_spine(*heights: float) -> Layout:
    """Points on one joint, so many metres above it."""
    spots = (Keypoint(f"m{i}", JOINT_INDEX["Spine3"], (0.0, y, 0.0)) for i, y in enumerate(heights))
    return Layout("spine", tuple(spots))


def still(layout: Layout, frames: int = 101) -> np.ndarray:
    return np.tile(rest_points(layout), (frames, 1, 1))


FOUR = on_spine(0.0, 0.1, 0.25, 0.45)


def test_a_body_of_usual_proportions_fits_whatever_its_size() -> None:
    for size in (0.001, 1.0, 40.0):
        assert body_misfit(size * still(FOUR), FOUR) == pytest.approx(0.0, abs=1e-9)


def test_proportions_count_by_their_logarithm() -> None:
    """The second point lies twice as far from the first."""
    grown = still(FOUR)
    grown[:, 1] += grown[:, 1] - grown[:, 0]
    ratio = [0.2, 0.25, 0.45, 0.05, 0.25, 0.2]
    usual = [0.1, 0.25, 0.45, 0.15, 0.35, 0.2]
    logs = np.log(np.array(ratio) / usual)
    expected = np.minimum(np.abs(logs - np.median(logs)), 1.0).mean()
    assert body_misfit(grown, FOUR) == pytest.approx(expected)


def test_a_change_counts_as_the_share_between_most_samples() -> None:
    """From the tenth to the ninetieth percentile, beside the middle; at most all of it."""
    arms = still(FOUR) - still(FOUR)[:, :1]
    for sizes, change in ((np.linspace(0.9, 1.1, 101), 0.16), (np.geomspace(0.01, 9, 101), 1.0)):
        points = sizes[:, None, None] * arms
        assert body_misfit(points, FOUR) == pytest.approx(change, abs=1e-6)


@pytest.mark.parametrize(("near", "pairs"), [(0.04, 2), (0.06, 3)])
def test_three_pairs_have_to_be_seen(near: float, pairs: int) -> None:
    layout = on_spine(0.0, near, 0.3)
    assert (body_misfit(still(layout), layout) is not None) == (pairs == 3)
    layout = on_spine(0.0, 0.1, 0.58) if pairs == 3 else on_spine(0.0, 0.1, 0.65)
    assert (body_misfit(still(layout), layout) is not None) == (pairs == 3)


def test_unseen_samples_do_not_count() -> None:
    points = still(FOUR)
    points[5:90, 1] = np.nan
    assert body_misfit(points, FOUR) == pytest.approx(0.0, abs=1e-9)
    points[:, 1] = np.nan
    assert body_misfit(points, FOUR) is not None
    points[:, 2] = np.nan
    assert body_misfit(points, FOUR) is None


def test_neighbours_are_on_one_bone_or_on_the_torso() -> None:
    joints = JOINT_INDEX
    for a, b, near in (
        ("L_Knee", "L_Knee", True), ("L_Knee", "L_Ankle", True), ("L_Ankle", "L_Knee", True),
        ("L_Hip", "R_Shoulder", True), ("L_Hip", "L_Ankle", False), ("L_Wrist", "Head", False),
        ("L_Elbow", "Spine3", False),
    ):  # fmt: skip
        assert neighbours(joints[a], joints[b]) == near
