# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit and up axis: found from the body, told by the file, or said by the user."""

from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.geometry.rotations import rotation_x
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.reading.overrides import with_overrides
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.axes import AXES, turn_up
from lsmplify_core.tracks.level import turn_onto_z
from lsmplify_core.tracks.units import UNITS
from lsmplify_core.tracks.units_and_axes import find_world, to_world

AROUND = np.array([[0.866, -0.5, 0.0], [0.5, 0.866, 0.0], [0.0, 0.0, 1.0]])
"""Thirty degrees about Z."""


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


@pytest.mark.parametrize("said", [None, "+z"])
def test_someone_who_lies_after_standing_does_not_turn_the_world(said: str | None) -> None:
    """Lying for two fifths of the take changes nothing; what was seen standing decides."""
    tracks = tracks_of(waving(100))
    lying = tracks.positions.copy()
    lying[60:] = lying[60:] @ np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    take = replace(tracks, positions=lying, up=said)
    assert find_world(take, best_match(take.names)).up == "+z"


@pytest.mark.parametrize("axis", ["+y", "-x"])
def test_a_file_that_says_where_up_is_is_believed_of_someone_who_lies(axis: str) -> None:
    """Somebody asleep, across the room: along no axis of the file does the body stand straight."""
    tracks = tracks_of(waving(60))
    down = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]) @ AROUND.T
    take = replace(tracks, positions=tracks.positions @ down @ turn_up(axis), up=axis)
    assert find_world(take, best_match(take.names)).up == axis


@pytest.mark.parametrize("axis", ["+y", "-z"])
def test_a_walk_shows_its_floor_against_the_file(axis: str) -> None:
    """A walk of three metres in a file that names the way ahead, or down, as up."""
    motion = waving(90)
    walked = motion.root + np.linspace(0.0, 3.0, 90)[:, None] * [0.0, 1.0, 0.0]
    tracks = tracks_of(replace(motion, root=walked))
    world = find_world(replace(tracks, up=axis), best_match(tracks.names))
    assert world.up == "+z"
    assert any("up is" in w for w in world.warnings)


@pytest.mark.parametrize(("unit", "metres"), [("in", 0.0254), ("ft", 0.3048), ("mm", 0.001)])
def test_lengths_are_exact(unit: str, metres: float) -> None:
    tracks = tracks_of(waving(5))
    scaled = replace(tracks, positions=tracks.positions / metres)
    world = to_world(scaled, best_match(scaled.names))
    np.testing.assert_allclose(world.positions, tracks.positions, rtol=1e-12)
    assert UNITS[unit] == metres


@pytest.mark.parametrize("size", [0.65, 0.75, 1.35, 1.55])
def test_children_and_giants_keep_their_size(size: float) -> None:
    tracks = tracks_of(waving(20))
    take = replace(tracks, positions=size * tracks.positions, unit=UNITS["m"])
    world = find_world(take, best_match(take.names))
    assert (world.unit_name, world.warnings) == ("m", ())


@pytest.mark.parametrize(
    ("source", "up"), [("a.json", "-y"), ("a.JSON", "-y"), ("a.trc", "+y"), ("a.c3d", "+z")]
)
def test_where_nobody_stands_up_is_what_the_format_has(source: str, up: str) -> None:
    """Somebody who leans along no axis of the file: cameras look along Z with Y down."""
    tracks = tracks_of(waving(20))
    third = np.sqrt(1 / 3)
    slanted = turn_onto_z(np.array([third, third, third]))
    take = replace(tracks, positions=tracks.positions @ slanted, source=source)
    world = find_world(take, best_match(take.names))
    assert world.up == up
    assert any("nobody stands" in w for w in world.warnings)


@pytest.mark.parametrize(("climbs", "up"), [(1.0, "+y"), (0.0, "+z")])
def test_only_a_floor_turns_the_world(climbs: float, up: str) -> None:
    """Somebody bent forward goes far along the axis that the file calls up. On a floor the file is
    wrong; up a hill there is no floor either way, and the file is believed."""
    motion = waving(90)
    tilt = rotation_x(-35.0)
    path = np.linspace(0.0, 2.0, 90)[:, None] * [0.0, 1.0, climbs]
    points = tracks_of(motion).positions - motion.root[:, None]
    tracks = replace(tracks_of(motion), positions=points @ tilt.T + path[:, None], up="+y")
    assert find_world(tracks, best_match(tracks.names)).up == up
