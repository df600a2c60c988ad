# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user says over what a file says; and whose child a bone of Motive is."""

import numpy as np
import pytest

from lsmplify_core.reading.overrides import _direction, with_overrides
from lsmplify_core.reading.systems.motive_local import parents_of
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import checked_tracks

TRACKS = checked_tracks(np.array([[[1.0, 2.0, 3.0]]]), ["a"], 30.0, "t", None, None)


@pytest.mark.parametrize(
    ("fps", "taken"),
    [(0.0, False), (-1.0, False), (1e5, False), (99999.0, True), (0.01, True), (np.nan, False)],
)
def test_rates_that_are_none(fps: float, taken: bool) -> None:
    if taken:
        assert with_overrides(TRACKS, fps=fps).rate == fps
    else:
        with pytest.raises(InputError, match=f"--fps {fps} is not a number of frames"):
            with_overrides(TRACKS, fps=fps)


@pytest.mark.parametrize(("unit", "metres"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001)])
def test_units_by_name(unit: str, metres: float) -> None:
    found = with_overrides(TRACKS, unit=unit)
    assert found.unit == pytest.approx(metres)
    assert found.unit_given
    with pytest.raises(InputError, match="unit 'furlong' is not one of"):
        with_overrides(TRACKS, unit="furlong")


@pytest.mark.parametrize(
    ("mirror", "place"),
    [("x", [-1, 2, 3]), ("-Y", [1, -2, 3]), ("+z", [1, 2, -3]), ("off", [1, 2, 3])],
)
def test_the_world_in_a_mirror(mirror: str, place) -> None:
    found = with_overrides(TRACKS, mirror=mirror)
    assert found.positions[0, 0].tolist() == place
    assert found.mirror_given
    with pytest.raises(InputError, match="--mirror w is not one of x, y, z and off"):
        with_overrides(TRACKS, mirror="w")


@pytest.mark.parametrize(("up", "name"), [("y", "+y"), ("-Z", "-z"), ("+x", "+x")])
def test_axes_that_are_up(up: str, name: str) -> None:
    found = with_overrides(TRACKS, up=up)
    assert (found.up, found.up_given) == (name, True)
    assert found.positions is TRACKS.positions
    with pytest.raises(InputError, match="up axis 'w' is not one of"):
        with_overrides(TRACKS, up="w")


@pytest.mark.parametrize(
    ("up", "name", "axis"),
    [
        ("0,0.6,0.8", "+z", [0, 0, 1]),
        ("0,0.8,-0.6", "+y", [0, 1, 0]),
        ("-2,0.1,0", "-x", [-1, 0, 0]),
    ],
)
def test_a_direction_that_is_up_becomes_the_nearest_axis(up: str, name: str, axis) -> None:
    """What lies along it lies along that axis then."""
    direction = _direction(up)
    tracks = checked_tracks(direction[None, None], ["a"], 30.0, "t", None, None)
    found = with_overrides(tracks, up=up)
    assert found.up == name
    np.testing.assert_allclose(found.positions[0, 0], axis, atol=1e-9)


@pytest.mark.parametrize("text", ["0,0,0", "1,2", "1,2,3,4", "a,b,c", "1,nan,2", "1e-10,0,0"])
def test_directions_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match=f"up direction '{text}' is not three numbers"):
        _direction(text)
    np.testing.assert_allclose(_direction("0,3,4"), [0, 0.6, 0.8])


@pytest.mark.parametrize(
    ("row", "parents"),
    [
        (["Parent", "", "s", "", "", "Hip", "", ""], {"s:Hip": "", "s:Knee": "s:Hip"}),
        (["Parent", "", "", "", "", "s:Hip", "", ""], {"s:Hip": "", "s:Knee": "s:Hip"}),
        (["Parent", "", "", "", "", "s", "", ""], {"s:Hip": "", "s:Knee": "s:Hip"}),
        (["", "parent", "", "", "", "Hip"], {"s:Hip": "", "s:Knee": "s:Hip"}),
        (["Parent", "", "", "", ""], {"s:Hip": "", "s:Knee": ""}),
        (["Parent", "", "", "", "", "Knee"], None),
        (["Parent", "", "", "", "", "Toe"], None),
        (["Name", "", "", "", "", "Hip"], None),
    ],
)
def test_parents_stand_over_the_first_column_of_a_bone(row, parents) -> None:
    bones = {"s:Hip": [2, 3, 4], "s:Knee": [5, 6, 7]}
    assert parents_of([["Type"], row], bones) == parents
