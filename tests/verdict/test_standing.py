# SPDX-License-Identifier: GPL-3.0-or-later
"""How a body stands, from joints that are put to places: lying, floating, backwards, in balance."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.verdict.standing import (
    _MASSES,
    _acceleration,
    _backwards,
    _balance,
    _floating,
    _lasting,
    _lying_straight,
    _slope,
    _speeds,
)

RATE = 50.0
J = JOINT_INDEX


def _standing(frames: int = 100):
    """Joints (3, 24, T): all at (0, 0, 1), feet under it on the floor, half a metre apart along X;
    so all of the mass but the feet's 6 % is a metre up."""
    placed = np.zeros((3, 24, frames))
    placed[2] = 1.0
    for name, x in (("L_Ankle", 0.25), ("R_Ankle", -0.25), ("L_Foot", 0.25), ("R_Foot", -0.25)):
        placed[0, J[name]], placed[2, J[name]] = x, 0.0
    return placed


UPRIGHT = np.zeros(100)


@pytest.mark.parametrize(
    ("seconds", "metres", "value"),
    [(1.7, 0.0, 0.0), (1.9, 0.0, 0.95), (1.0, 1.4, 0.0), (1.0, 1.7, 0.5)],
)
def test_what_lasts_counts_or_travels(seconds: float, metres: float, value: float) -> None:
    """1.8 s, or 1.5 m of the pelvis's way in those frames; the first frame of it is told."""
    frames = np.zeros(100, bool)
    count = round(seconds * RATE)
    frames[5 : 5 + count] = True
    placed = np.zeros((3, 24, 100))
    placed[0, 0, 5 : 5 + count] = np.linspace(0, metres * count / (count - 1), count)
    placed[0, 0, 5 + count :] = placed[0, 0, 4 + count]
    found = _lasting(frames, placed, RATE)
    assert found.value == pytest.approx(value)
    assert found.frame == 5
    assert _lasting(np.zeros(100, bool), placed, RATE).value == 0.0


@pytest.mark.parametrize(
    ("tilt", "hip", "straight"),
    [(59.0, 0.0, False), (61.0, 0.0, True), (90.0, 36.0, True), (90.0, 38.0, False)],
)
def test_a_body_lies_straight_with_its_legs_along_its_trunk(tilt, hip, straight: bool) -> None:
    """More than 60 degrees off; legs within 36.9 degrees (a cosine of 0.8) of the trunk."""
    placed = np.zeros((3, 24, 1))
    up = np.array([[0.0], [1.0], [0.0]])
    for side in "LR":
        angle = np.radians(hip if side == "R" else 0.0)
        placed[:, J[f"{side}_Ankle"], 0] = [0.0, -np.cos(angle), np.sin(angle)]
    assert _lying_straight(placed, up, np.array([tilt])).tolist() == [straight]


def test_speeds_are_over_a_tenth_of_a_second() -> None:
    points = np.zeros((3, 2, 21))
    points[1, 0] = 0.02 * np.arange(21)
    points[0, 1, 10:] = 1.0
    found = _speeds(points, RATE)
    np.testing.assert_allclose(found[0], 1.0)
    wanted = np.zeros(21)
    wanted[8:12] = 1.0 / (4 / RATE)  # two frames before and after
    np.testing.assert_allclose(found[1], wanted)


@pytest.mark.parametrize(("speed", "floats"), [(0.35, False), (0.45, True)])
def test_a_body_floats_where_every_joint_moves(speed: float, floats: bool) -> None:
    """Faster than 0.4 m/s, from frame 20 to 60."""
    placed = np.zeros((3, 24, 100))
    way = np.clip(np.arange(100) - 20, 0, 40) * speed / RATE
    placed[0] = way
    found = _floating(placed, RATE)
    assert found.value == pytest.approx(38 / RATE if floats else 0.0, abs=2.1 / RATE)
    if floats:
        assert abs(found.frame - 40) <= 2
    placed[0, 3] = 0.0
    assert _floating(placed, RATE).value == 0.0
    assert _floating(placed[..., :2], RATE).value == 0.0


def _walking(speed: float, ahead, frames: int = 100):
    placed = np.zeros((3, 24, frames))
    placed[1, 0] = speed / RATE * np.arange(frames)
    facing = np.tile(np.array(ahead, float)[:, None], (1, frames))
    body: Any = SimpleNamespace(ahead=facing)
    return body, placed


@pytest.mark.parametrize(
    ("speed", "ahead", "share"),
    [(1.0, (0, 1, 0), 0.0), (1.0, (0, -1, 0), 1.0), (0.45, (0, -1, 0), 1.0),
     (0.35, (0, -1, 0), 0.0), (1.0, (1, -0.55, 0), 0.0), (1.0, (1, -0.65, 0), 1.0),
     (1.0, (0, -0.3, 0.95), 1.0), (1.0, (0, -0.2, 0.98), 0.0)],
)  # fmt: skip
def test_a_way_that_goes_against_the_face(speed: float, ahead, share: float) -> None:
    """Faster than 0.4 m/s, more than 120 degrees off; a face that looks up counts less."""
    assert _backwards(*_walking(speed, ahead), RATE).value == pytest.approx(share)


def test_a_walk_lasts_a_second_and_shares_are_of_the_way() -> None:
    body, placed = _walking(1.0, (0, -1, 0), 49)
    assert _backwards(body, placed, RATE).value == 0.0
    body, placed = _walking(1.0, (0, -1, 0), 50)
    assert _backwards(body, placed, RATE).value == 1.0
    body, placed = _walking(1.0, (0, -1, 0))
    placed[1, 0, 50:] = placed[1, 0, 49] + 3.0 / RATE * np.arange(1, 51)
    body.ahead[1, 50:] = 1.0
    found = _backwards(body, placed, RATE)
    assert found.value == pytest.approx(0.25, abs=0.02)
    assert found.frame is not None
    assert found.frame < 50
    assert _backwards(body, placed[..., :2], RATE).value == 0.0


@pytest.mark.parametrize("rate", [50.0, 100.0])
def test_accelerations_are_over_a_fifth_of_a_second(rate: float) -> None:
    """Half of 3 m/s² t² along Y."""
    centre = np.zeros((3, 60))
    centre[1] = 1.5 * (np.arange(60) / rate) ** 2
    found = _acceleration(centre, rate)
    half = round(0.1 * rate)
    np.testing.assert_allclose(found[1, half:-half], 3.0)
    assert (found[:, :half] == 0.0).all()
    assert (found[:, -half:] == 0.0).all()
    assert (found[0] == 0.0).all()
    short = _acceleration(centre[:, :3], rate)
    assert short[1].tolist() == pytest.approx([0.0, 3.0, 0.0])


def test_masses_are_those_of_a_whole_body_alike_on_both_sides() -> None:
    assert sum(_MASSES.values()) == pytest.approx(1.0)
    for name, joint in J.items():
        if name.startswith("L_") and joint in _MASSES:
            assert _MASSES[joint] == _MASSES[J["R" + name[1:]]]


def test_a_body_over_its_feet_is_in_balance() -> None:
    found = _balance(_standing(), RATE, UPRIGHT)
    assert found["standing"].value == 1.0
    assert found["off_balance"].value == pytest.approx(0.0, abs=1e-9)
    assert found["sloping"].value == 0.0
    assert _balance(_standing(2), RATE, UPRIGHT[:2]) == {}


def _leaning(metres: float, frames: int = 100):
    """All but the feet beside them along Y."""
    placed = _standing(frames)
    feet = [J[n] for n in ("L_Ankle", "R_Ankle", "L_Foot", "R_Foot")]
    placed[1] = metres
    placed[1, feet] = 0.0
    return placed


def test_a_body_beside_its_feet_is_off_by_its_centre_of_mass() -> None:
    """94 % of it: the ankles have 3 % each."""
    found = _balance(_leaning(0.2), RATE, UPRIGHT)
    assert found["off_balance"].value == pytest.approx(0.2 * 0.94)


def test_what_a_body_falls_away_by_is_no_lean() -> None:
    """Over feet that stay it is accelerated by 0.5 m/s²: that, times its height over g, is taken
    off, but for a tenth of a second at both ends."""
    placed = _standing()
    path = 0.25 * (np.arange(100) / RATE) ** 2
    feet = [J[n] for n in ("L_Ankle", "R_Ankle", "L_Foot", "R_Foot")]
    others = [j for j in range(24) if j not in feet]
    placed[1, others] = path
    pushed = 0.94 / 9.81 * 0.94 * 0.5 * 0.9
    found = _balance(placed, RATE, UPRIGHT)["off_balance"].value
    assert found == pytest.approx(0.94 * path.mean() - pushed)


@pytest.mark.parametrize(
    ("change", "share"),
    [
        ({}, 1.0),
        ({"tilt": 44.0}, 1.0),
        ({"tilt": 46.0}, 0.0),
        ({"speed": 0.35}, 1.0),
        ({"speed": 0.45}, 0.0),
        ({"low": 0.06}, 1.0),  # a hand 6 cm under the feet: the body hangs, or kneels
        ({"hand": -0.04}, 1.0),
        ({"hand": -0.06}, 0.0),
    ],
)
def test_who_stands_on_the_feet(change, share: float) -> None:
    """Feet slower than 0.4 m/s, under a trunk within 45 degrees; nothing lies 5 cm under them."""
    placed = _standing()
    placed[0] += change.get("speed", 0.0) / RATE * np.arange(100)
    placed[2, J["L_Wrist"]] = change.get("hand", 1.0)
    found = _balance(placed, RATE, np.full(100, change.get("tilt", 0.0)))
    assert found["standing"].value == share
    assert ("off_balance" in found) == (share > 0)


@pytest.mark.parametrize(("lift", "stands"), [(0.11, True), (0.13, False)])
def test_a_foot_that_is_lifted_bears_nothing(lift: float, stands: bool) -> None:
    """The body leans to the left foot alone: over both it is off by a quarter of a metre."""
    placed = _standing()
    for name in ("R_Ankle", "R_Foot"):
        placed[2, J[name]] = lift
    off = _balance(placed, RATE, UPRIGHT)["off_balance"].value
    assert off == pytest.approx(0.0 if stands else 0.25, abs=1e-9)


@pytest.mark.parametrize(("seconds", "told"), [(1.1, False), (1.3, True)])
def test_balance_takes_a_while_on_the_feet(seconds: float, told: bool) -> None:
    frames = round(seconds * RATE)
    found = _balance(_leaning(0.2, frames), RATE, np.zeros(frames))
    assert ("off_balance" in found) == told
    assert found["standing"].value == 1.0


@pytest.mark.parametrize(("standing", "counts"), [(48, 0.0), (52, 1.0)])
def test_balance_counts_by_itself_where_a_body_mostly_stands(standing: int, counts) -> None:
    tilt = np.full(200, 90.0)
    tilt[: 2 * standing] = 0.0
    found = _balance(_leaning(0.2, 200), RATE, tilt)
    assert found["off_balance"].value == pytest.approx(0.188 * counts)


@pytest.mark.parametrize("rise", [0.1, -0.1])
def test_the_floor_falls_where_the_feet_go_down(rise: float) -> None:
    """Feet over two metres along X, evenly: (spread² + 0.3²) of the slope is believed."""
    support = np.zeros((201, 3))
    support[:, 0] = np.linspace(-1, 1, 201)
    support[:, 2] = rise * support[:, 0] + 5.0
    way, radians = _slope(support)
    np.testing.assert_allclose(way, [-np.sign(rise), 0.0], atol=1e-9)
    variance = support[:, 0].var()
    assert np.tan(radians) == pytest.approx(0.1 * variance / (variance + 0.09))
    still = np.tile([1.0, 2.0, 3.0], (5, 1))
    assert _slope(still)[1] == 0.0


def test_a_body_that_leans_with_its_floor_has_a_sloping_world() -> None:
    """Going along -Y down a slope, leaning as the slope is: 0.1 of its height."""
    placed = _leaning(0.0, 400)
    way = np.linspace(0, 2.4, 400)
    placed[1] -= way
    placed[2] -= 0.1 * way
    feet = [J[n] for n in ("L_Ankle", "R_Ankle", "L_Foot", "R_Foot")]
    others = [j for j in range(24) if j not in feet]
    placed[1, others] -= 0.1
    found = _balance(placed, RATE, np.zeros(400))
    support = np.stack((0 * way, -way, -0.1 * way), axis=1)
    believed = np.degrees(np.arcsin(np.sin(_slope(support)[1])))
    assert 3.5 < believed < 5.7
    assert found["sloping"].value == pytest.approx(
        np.degrees(np.sin(np.radians(believed))), rel=0.05
    )
    other = placed.copy()
    other[1, others] += 0.2
    assert _balance(other, RATE, np.zeros(400))["sloping"].value == 0.0
