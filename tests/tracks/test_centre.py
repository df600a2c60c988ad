# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a body's weight is: by the shares of its segments, of what is seen of them."""

import numpy as np
import pytest

from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.tracks.centre import centre_of_mass, feet_of, mean_of_seen

SHARES = {
    "Pelvis": 0.14, "Spine1": 0.1, "Spine2": 0.1, "Spine3": 0.15, "Neck": 0.02, "Head": 0.08,
    "Hip": 0.08, "Knee": 0.08, "Ankle": 0.03, "Shoulder": 0.04, "Elbow": 0.025, "Wrist": 0.015,
}  # fmt: skip
"""Winter's, of both sides alike; together they are about the whole."""


def at(*names: str) -> np.ndarray:
    return np.array([JOINT_INDEX[n] for n in names])


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("side", ["L", "R"])
def test_each_segment_draws_by_its_share(name: str, side: str) -> None:
    """Moved by a metre beside torso and hips, which are half of the body."""
    own = name if name in JOINT_INDEX else f"{side}_{name}"
    base = [n for n in ("Pelvis", "Spine1", "Spine2", "Spine3") if n != own]
    points = np.zeros((2, len(base) + 1, 3))
    points[:, -1, 2] = 1.0
    found = centre_of_mass(points, at(*base, own))
    whole = sum(SHARES[n] for n in base) + SHARES[name]
    if whole <= 0.4:
        assert found is None
        return
    assert found is not None
    np.testing.assert_allclose(found[:, 2], SHARES[name] / whole)


def test_two_fifths_of_a_body_show_its_centre() -> None:
    points = np.zeros((2, 3, 3))
    assert centre_of_mass(points, at("Pelvis", "Spine1", "Spine3")) is None
    assert centre_of_mass(points, at("Pelvis", "Spine2", "Spine3", "Neck")[:3]) is None
    more = np.zeros((2, 4, 3))
    assert centre_of_mass(more, at("Pelvis", "Spine2", "Spine3", "Neck")) is not None


def test_a_segments_points_are_averaged_where_they_are_seen() -> None:
    points = np.zeros((3, 3, 3))
    points[:, 1] = 2.0
    points[1, 0] = np.nan
    points[2] = np.nan
    found = mean_of_seen(points[:, :2])
    np.testing.assert_allclose(found[:2], [[1.0] * 3, [2.0] * 3])
    assert np.isnan(found[2]).all()


def test_feet_are_ankles_and_toes_together() -> None:
    joints = at("L_Ankle", "L_Foot", "R_Ankle", "Head")
    points = np.arange(12.0).reshape(1, 4, 3)
    found = feet_of(points, joints)
    assert found is not None
    np.testing.assert_allclose(found[0], [points[0, :2].mean(axis=0), points[0, 2]])
    assert feet_of(points[:, :2], joints[:2]) is None
