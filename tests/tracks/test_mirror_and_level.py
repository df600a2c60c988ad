# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirrored, tilted and upside-down worlds are put right, and told; what stands right is left
alone."""

from dataclasses import replace

import numpy as np
import pytest
from takes import points_of, tracks_of, waving

from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.rotations import rotation_x
from lsmplify_core.layouts.layout import load_layout, shipped_layouts
from lsmplify_core.layouts.matching import best_match, match_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.reading.overrides import with_overrides
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.axes import reflection, turn_up
from lsmplify_core.tracks.level import turn_onto_z
from lsmplify_core.tracks.mirror import MIRRORED, handedness
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.tracks.units_and_axes import converted, find_world


def about(axis: np.ndarray, degrees: float) -> np.ndarray:
    x, y, z = axis / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


@pytest.mark.parametrize("layout", shipped_layouts())
def test_every_layout_shows_its_handedness(layout: str) -> None:
    points, shown = points_of(waving(60), layout), load_layout(layout)
    noisy = points + 0.005 * np.random.default_rng(0).standard_normal(points.shape)
    assert handedness(noisy, shown) > 0.3
    for axis in "xyz":
        assert handedness(noisy @ reflection(axis), shown) < MIRRORED


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("layout", ["BODY_25", "Mixamo_25", "H36M_17"])
def test_a_mirrored_world_is_put_right_and_told(axis: str, layout: str) -> None:
    tracks = tracks_of(waving(60), layout)
    mirrored = replace(tracks, positions=tracks.positions @ reflection(axis))
    match = match_layout(tracks.names, load_layout(layout))
    world = find_world(mirrored, match)
    assert world.mirror
    assert any("mirror image" in w for w in world.warnings)
    right = converted(mirrored, world).positions
    assert handedness(right, load_layout(layout)) > 0.3
    assert np.ptp(right[..., 2]) > 1.3
    assert not find_world(tracks, match).mirror


def test_the_user_says_that_it_is_mirrored_or_is_not() -> None:
    tracks = tracks_of(waving(60))
    mirrored = replace(tracks, positions=tracks.positions @ reflection("y"))
    match = best_match(tracks.names)
    assert not find_world(with_overrides(mirrored, mirror="off"), match).mirror
    told = with_overrides(mirrored, mirror="y")
    np.testing.assert_allclose(told.positions, tracks.positions)
    assert not find_world(told, match).mirror
    with pytest.raises(InputError, match="--mirror"):
        with_overrides(tracks, mirror="w")


def standing() -> Motion:
    """Somebody who waves on straight legs and turns the head."""
    motion = waving(90)
    motion.rotations[:, [1, 2, 4, 5]] = np.eye(3)
    motion.rotations[:, 0] = rotation_x(90.0)
    motion.root[:] = [0.0, 0.0, 0.92]
    return motion


def tilted(layout: str, degrees: float, way: float) -> tuple[Tracks, np.ndarray]:
    tracks = tracks_of(standing(), layout)
    turn = about(np.array([np.cos(way), np.sin(way), 0.0]), degrees)
    return replace(tracks, positions=tracks.positions @ turn.T @ turn_up("+y")), turn


@pytest.mark.parametrize("degrees", [14.0, 25.0])
@pytest.mark.parametrize("way", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("layout", ["BODY_25", "MediaPipe_33", "CMU_41"])
def test_a_world_that_leans_is_levelled_and_told(layout: str, degrees: float, way: float) -> None:
    tracks, turn = tilted(layout, degrees, way)
    world = find_world(tracks, match_layout(tracks.names, load_layout(layout)))
    assert world.level is not None
    up = world.turn @ turn_up("+y").T @ turn @ [0.0, 0.0, 1.0]
    assert np.degrees(np.arccos(np.clip(up[2], -1, 1))) < 6.0
    assert any("leans by" in w for w in world.warnings)


@pytest.mark.parametrize("seed", range(4))
def test_an_upright_world_is_left_alone(seed: int) -> None:
    tracks = tracks_of(strolling(120, 30.0, seed))
    assert find_world(tracks, best_match(tracks.names)).level is None


def test_who_says_up_is_not_overruled() -> None:
    tracks, _ = tilted("BODY_25", 25.0, 0.0)
    match = best_match(tracks.names)
    assert find_world(with_overrides(tracks, up="y"), match).level is None
    assert find_world(replace(tracks, may_level=False), match).level is None


def test_up_may_be_a_direction() -> None:
    tracks, turn = tilted("BODY_25", 25.0, 0.0)
    up = turn_up("+y").T @ turn @ [0.0, 0.0, 1.0]
    told = with_overrides(tracks, up=",".join(f"{x:.6f}" for x in up))
    world = find_world(told, best_match(tracks.names))
    right = converted(told, world).positions
    assert np.ptp(right[..., 2].min(axis=1)) < 0.1
    for bad in ("1,2", "0,0,0", "a,b,c"):
        with pytest.raises(InputError, match="direction"):
            with_overrides(tracks, up=bad)


@pytest.mark.parametrize("up", [[0, 0, 1], [0, 0, -1], [1, 0, 0], [0.3, -0.4, 0.866]])
def test_the_smallest_turn_onto_z(up: list[float]) -> None:
    direction = np.array(up) / np.linalg.norm(up)
    turn = turn_onto_z(direction)
    np.testing.assert_allclose(turn @ direction, [0, 0, 1], atol=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1.0)


@pytest.mark.parametrize("declared", ["-z", "+y", "-y", "+x", "-x"])
def test_who_stands_overrules_the_files_axis(declared: str) -> None:
    """Nobody walks: straight up along Z, feet flat."""
    tracks = tracks_of(replace(waving(60), root=np.tile([0.0, 0.0, 0.92], (60, 1))))
    world = find_world(replace(tracks, up=declared), best_match(tracks.names))
    assert world.up == "+z"
    assert any("up is" in w for w in world.warnings)


def test_a_handstand_is_believed() -> None:
    """Upside down with both arms past the head, in a file that says where up is."""
    tracks = tracks_of(waving(60), "SMPL_24")
    points = tracks.positions * [1.0, -1.0, -1.0]
    names = list(tracks.names)
    top = points[:, names.index("Head"), 2]
    for hand, side in (("L_Wrist", 0.2), ("R_Wrist", -0.2), ("L_Hand", 0.2), ("R_Hand", -0.2)):
        k = names.index(hand)
        points[:, k] = points[:, names.index("Head")] + [side, 0.0, 0.0]
        points[:, k, 2] = top - 0.3
    take = replace(tracks, positions=points, up="+z")
    assert find_world(take, best_match(tracks.names)).up == "+z"
