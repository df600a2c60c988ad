# SPDX-License-Identifier: GPL-3.0-or-later
"""A prop's location and rotation against the truth, with noise, gaps, swaps and stray markers."""

import numpy as np
import pytest
from prop_takes import SHAPES, moved, off_by
from takes import waving

from lsmplify_core.props.prop import solve_prop
from lsmplify_core.runtime.errors import InputError

RATE = 60.0
MOTION = waving(240, RATE)
HOW = ("held", "both", "floor", "thrown")


def named(shape: str) -> list[str]:
    return [f"Stick{i}" for i in range(len(SHAPES[shape]))]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("how", HOW)
def test_clean_markers_give_the_pose(shape: str, how: str) -> None:
    true = moved(MOTION, shape, how)
    prop = solve_prop(true.points(), named(shape), RATE, "Stick")
    degrees, mm = off_by(prop, true)
    assert degrees.max() < 0.1
    assert mm.max() < 0.1
    assert prop.measured.all()
    assert not prop.repairs
    np.testing.assert_allclose(np.linalg.norm(prop.rotation, axis=-1), 1.0)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("how", HOW)
def test_exchanged_labels_gaps_and_strays_are_repaired(shape: str, how: str) -> None:
    true = moved(MOTION, shape, how)
    points = true.points(noise=0.001)
    points[40:80, [0, 1]] = points[40:80, [1, 0]]
    points[90:98] = np.nan
    points[150:170, 2] = np.nan
    points[200, 0] += 0.3
    prop = solve_prop(points, named(shape), RATE, "Stick")
    degrees, mm = off_by(prop, true)
    assert degrees.mean() < 4.0  # the turn about a thin stick's line has most of the noise
    assert mm.mean() < 1.5
    assert mm.max() < 25.0
    told = " ".join(prop.repairs)
    assert "Stick0 and Stick1 were exchanged in frames 40 to 79" in told
    assert "frames 90 to 97" in told
    assert "Stick0 was left out of 1 frame, the first is frame 200" in told
    assert prop.measured.sum() == 240 - 8


def test_a_flight_goes_on_through_a_gap() -> None:
    true = moved(MOTION, "racket 5", "thrown")
    points = true.points()
    points[80:95] = np.nan  # a quarter of a second: 57° of turning, the top of the flight
    degrees, mm = off_by(solve_prop(points, named("racket 5"), RATE, "Racket"), true)
    assert degrees[80:95].max() < 3.0
    assert mm[80:95].max() < 5.0


def test_markers_on_one_line_keep_their_direction() -> None:
    true = moved(MOTION, "stick 3", "held")
    line = type(true)(true.rotation, true.location, true.markers * [0.0, 0.0, 1.0])
    prop = solve_prop(line.points(), named("stick 3"), RATE, "Stick")
    x, y, z, w = (prop.rotation[:, i] for i in (1, 2, 3, 0))
    along = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=-1)
    cosine = np.abs(np.sum(along * true.rotation[:, :, 2], axis=-1))
    assert cosine.min() > 0.99999
    step = np.abs(np.sum(prop.rotation[1:] * prop.rotation[:-1], axis=-1))
    assert step.min() > 0.995  # no flips about the line


def test_two_markers_left_still_show_where_it_is() -> None:
    true = moved(MOTION, "stick 4", "held")
    points = true.points(noise=0.001)
    points[100:130, :2] = np.nan
    prop = solve_prop(points, named("stick 4"), RATE, "Stick")
    assert prop.measured.all()
    assert off_by(prop, true)[1][100:130].max() < 8.0


def test_too_little_is_refused() -> None:
    points = moved(MOTION, "stick 3", "held").points()
    with pytest.raises(InputError, match="2 tracks do not show a rotation"):
        solve_prop(points[:, :2], ["a", "b"], RATE, "Stick")
    points[::2, 0] = np.nan
    points[1::2, 1] = np.nan
    with pytest.raises(InputError, match="no frame shows three"):
        solve_prop(points, ["a", "b", "c"], RATE, "Stick")


def test_noise_does_not_become_a_repair() -> None:
    for seed in range(4):
        points = moved(MOTION, "box 6", "both").points(noise=0.002, seed=seed)
        assert not solve_prop(points, named("box 6"), RATE, "Box").repairs
