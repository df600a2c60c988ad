# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pole is put for a limb that is bent, straight, or bent the wrong way."""

import numpy as np
import pytest

from lsmplify_core.retarget.controls.ik_controls import _direction
from lsmplify_core.retarget.vectors import about, apply

LINE = np.array([[0.0, 0.0, -1.0]])
USUAL = np.array([[0.0, -1.0, 0.0]])
FREE = np.array([0.002])


def _way(distance: float, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """A bend of so many metres, turned from the usual one, and the direction found for it."""
    bend = distance * apply(about(LINE, np.radians([degrees])), USUAL)
    return bend, _direction(bend, USUAL, LINE, FREE)


@pytest.mark.parametrize("distance", [0.0, 1e-6, 0.0009, 0.003, 0.008, 0.012, 0.05, 0.3])
@pytest.mark.parametrize("degrees", [-179.0, -90.0, -20.0, 0.0, 3.0, 90.0, 150.0, 180.0])
def test_the_joint_is_never_farther_off_than_is_free(distance, degrees) -> None:
    bend, way = _way(distance, degrees)
    assert np.linalg.norm(distance * way - bend) <= FREE[0] + 1e-9
    assert np.isclose(np.linalg.norm(way), 1.0)
    assert abs((way * LINE).sum()) < 1e-9


def test_a_straight_limb_keeps_its_roll_and_a_bent_one_its_joint() -> None:
    assert np.allclose(_way(0.0009, 170.0)[1], USUAL)
    bend, way = _way(0.016, 170.0)
    assert np.allclose(0.016 * way, bend)


def test_the_roll_goes_no_farther_than_it_must() -> None:
    _, way = _way(0.004, 90.0)
    angle = np.degrees(np.arccos((way * USUAL).sum()))
    assert angle == pytest.approx(90.0 - np.degrees(2.0 * np.arcsin(0.25)), abs=0.01)
