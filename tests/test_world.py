# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit and up axis: found from the body, told by the file, or said by the user."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.errors import InputError
from lsmplify_core.matching import best_match
from lsmplify_core.reading.overrides import with_overrides
from lsmplify_core.world import AXES, UNITS, find_world, to_world, turn_up


@pytest.mark.parametrize("axis", AXES)
def test_turning_up_never_mirrors(axis: str) -> None:
    turn = turn_up(axis)
    assert np.linalg.det(turn) == pytest.approx(1.0)
    up = np.zeros(3)
    up["xyz".index(axis[1])] = 1.0 if axis[0] == "+" else -1.0
    np.testing.assert_allclose(turn @ up, [0, 0, 1])


@pytest.mark.parametrize("axis", AXES)
def test_any_axis_is_found(axis: str) -> None:
    tracks = tracks_of(waving(20))
    turned = replace(tracks, positions=tracks.positions @ turn_up(axis))
    match = best_match(turned.names)
    assert find_world(turned, match).up == axis
    np.testing.assert_allclose(to_world(turned, match).positions, tracks.positions, atol=1e-9)


@pytest.mark.parametrize("unit", UNITS)
def test_any_unit_is_found(unit: str) -> None:
    tracks = tracks_of(waving(20))
    scaled = replace(tracks, positions=tracks.positions / UNITS[unit])
    assert find_world(scaled, best_match(scaled.names)).unit_name == unit


def test_a_file_that_says_the_wrong_unit_is_corrected_and_told() -> None:
    tracks = replace(tracks_of(waving(20)), unit=UNITS["mm"])
    world = find_world(tracks, best_match(tracks.names))
    assert world.unit_name == "m"
    assert any("mm" in w for w in world.warnings)


def test_the_user_is_believed() -> None:
    tracks = with_overrides(tracks_of(waving(20)), unit="cm", up="y")
    world = find_world(tracks, best_match(tracks.names))
    assert (world.unit_name, world.up) == ("cm", "+y")


def test_points_that_are_never_seen_together_are_refused() -> None:
    tracks = tracks_of(waving(30))
    positions = np.full_like(tracks.positions, np.nan)
    for column in range(25):
        positions[column, column] = tracks.positions[column, column]
    with pytest.raises(InputError, match="ever seen together"):
        to_world(replace(tracks, positions=positions), best_match(tracks.names))
