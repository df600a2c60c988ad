# SPDX-License-Identifier: GPL-3.0-or-later
"""Where targets and poles must be, by limbs that bend square and rigs at right angles."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget.controls.ik_controls import (
    PoleChain,
    _bend,
    _hinge,
    _rest_offset,
    goal_with,
    hinged_middle,
    pole_of,
)
from lsmplify_core.retarget.rig.rig_motion import RigMotion

from . import rigs

X, Y, Z = np.eye(3)
LIMB = (0, 1, 2)


def _turn(axis, degrees):
    return axis_angle_to_matrix(np.radians(degrees) * np.asarray(axis))


def _leg(bend=0.0):
    """Thigh and shin of one metre down from the origin, bent forwards (-Y) at rest by some degrees,
    and a foot; all rest axes are the world's."""
    knee = _turn(X, -0.5 * bend) @ -Z
    ankle = knee + _turn(X, 0.5 * bend) @ -Z
    heads = np.array([np.zeros(3), knee, ankle])
    rig = rigs.made(["a", "b", "c"], [-1, 0, 1], heads, [knee, ankle, ankle - 0.2 * Y])
    return replace(rig, axes=np.tile(np.eye(3), (3, 1, 1)))


def _posed(rig, heads, axes=None):
    """One frame of the three bones at places, with axes of their own."""
    heads = np.asarray(heads, float)[None]
    axes = (np.tile(np.eye(3), (3, 1, 1)) if axes is None else np.asarray(axes))[None]
    flags = np.ones(3, bool)
    return RigMotion(rig, 30.0, np.arange(3), axes, np.zeros_like(heads), axes, heads, flags, flags)


SQUARE = [[0, 0, 0], [0, -1, 0], [0, -1, -1]]  # knee in front, shin down


def test_how_far_a_joint_is_from_the_line() -> None:
    a, b, c = (np.array([p], float) for p in ([0, 0, 0], [1, 2, 3], [0, 0, 9]))
    np.testing.assert_allclose(_bend(a, b, c), [[1, 2, 0]])


def test_a_control_stands_to_its_bone_as_at_rest() -> None:
    """The foot is turned a quarter about Z and lies at 5, 6, 7."""
    rig = _leg()
    names = [*rig.names, "control"]
    heads = np.concatenate((rig.heads, [rig.heads[2] + [1.0, 0.0, 0.5]]))
    rig = rigs.made(names, [-1, 0, 1, -1], heads, np.add(heads, [0, 0, 1]))
    turn = _turn(Z, 90.0)
    motion = _posed(
        rig, [[0, 0, 0], [0, 0, 0], [5, 6, 7]], [np.eye(3), np.eye(3), turn @ rig.axes[2]]
    )
    axes, places = goal_with(motion, rig, 2, 3)
    np.testing.assert_allclose(places[0], [5, 7, 7.5], atol=1e-12)
    np.testing.assert_allclose(axes[0], turn @ rig.axes[3], atol=1e-12)


def test_a_pole_lies_in_front_of_the_joint_a_limbs_length_off_its_line() -> None:
    """Two metres from the line's point beside the knee, (0, -0.5, -0.5)."""
    rig = _leg()
    found = pole_of(_posed(rig, SQUARE), rig, LIMB, None)[0]
    along = np.array([0, -1, 1]) / np.sqrt(2)
    np.testing.assert_allclose(found, np.array([0, -0.5, -0.5]) + 2.0 * along, atol=1e-9)


def test_a_straight_limbs_pole_is_where_its_bend_at_rest_points() -> None:
    """The whole leg turned a quarter about Z: -Y goes to X."""
    rig = _leg(40.0)
    turn = _turn(Z, 90.0)
    motion = _posed(rig, [[0, 0, 0], [0, 0, -1], [0, 0, -2]], [turn] * 3)
    np.testing.assert_allclose(pole_of(motion, rig, LIMB, None)[0], [2, 0, -1], atol=1e-9)
    level = _leg()
    still = _posed(level, [[0, 0, 0], [1, 0, 0], [2, 0, 0]])
    np.testing.assert_allclose(pole_of(still, level, LIMB, None)[0], [1, 0, 2], atol=1e-9)


@pytest.mark.parametrize(
    ("off", "degrees"),
    [(0.0019, 0.0), (0.004, 30.0), (0.024, 85.22), (0.0325, 90.0), (0.1, 90.0)],
)
def test_a_nearly_straight_limb_bends_as_at_rest_a_bent_one_as_it_is(off, degrees) -> None:
    """The knee off to X; at rest it is bent to -Y, 90 degrees from there. Of 2 m, 4 mm are free:
    a chord of 4 mm at a knee 4 mm off is 60 degrees of it. At 24 mm half of that is."""
    rig = _leg(40.0)
    step = np.sqrt(1 - off**2)
    motion = _posed(rig, [[0, 0, 0], [off, 0, -step], [0, 0, -2 * step]])
    found = 0.5 * (pole_of(motion, rig, LIMB, None)[0] - [0, 0, -step])
    wanted = [np.sin(np.radians(degrees)), -np.cos(np.radians(degrees)), 0.0]
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.parametrize("angle", [0.0, 90.0, -90.0])
def test_a_posed_chains_pole_is_its_first_bones_own_axis(angle: float) -> None:
    """X cos a + Z sin a of it, across the line from (0, 0, 0) to (0, -1, -1)."""
    rig = _leg()
    chain = PoleChain(0, 1, np.radians(angle), hinged=False, posed=True)
    found = pole_of(_posed(rig, SQUARE, [_turn(Z, 90.0)] * 3), rig, LIMB, chain)[0]
    up = {0.0: Y, 90.0: Z, -90.0: -Z}[angle]
    line = np.array([0, -1, -1]) / np.sqrt(2)
    across = up - (up @ line) * line
    wanted = np.array([0, -0.5, -0.5]) + 2.0 * across / np.linalg.norm(across)
    np.testing.assert_allclose(found, wanted, atol=1e-9)


@pytest.mark.parametrize(("angle", "degrees"), [(0.0, 90.0), (90.0, None), (180.0, -90.0)])
def test_a_pole_turns_by_the_angle_at_rest(angle: float, degrees) -> None:
    """Bent to -Y at rest, seen along the leg, -Z: X is a quarter turn from -Y one way or the other.
    Z lies along the leg and says nothing."""
    rig = _leg(40.0)
    chain = PoleChain(0, 1, np.radians(angle), hinged=False)
    found = _rest_offset(rig, 2, chain)
    if degrees is None:
        return
    assert np.degrees(found) == pytest.approx(-degrees)
    motion = _posed(rig, rig.heads)
    pole = pole_of(motion, rig, LIMB, chain)[0]
    wanted = (X if angle == 0 else -X) * 2.0 + [0, 0, rig.heads[1, 2]]
    np.testing.assert_allclose(pole, wanted, atol=1e-6)


@pytest.mark.parametrize(("bend", "counts"), [(2.0, False), (3.0, True)])
def test_a_chain_that_rests_straight_bends_towards_its_pole(bend: float, counts: bool) -> None:
    """Its knee lies sin(bend / 2) off the line, of 2 m: 0.02 of them are 2.3 degrees."""
    rig = _leg(2 * bend)
    offset = _rest_offset(rig, 2, PoleChain(0, 1, 0.0, hinged=False))
    assert (abs(offset) > 1.0) == counts


def test_a_hinge_folds_to_the_side_that_it_is_bent_to() -> None:
    """About X; reach is cos of half the fold. At full reach straight, 30 degrees from rest."""
    rig = _leg(30.0)
    hinge = _hinge(rig, 2, PoleChain(0, 1, 0.0, hinged=True))
    assert (np.diff(hinge.reach) >= 0).all()
    at = {round(r, 3): np.degrees(t) for r, t in zip(hinge.reach, hinge.turn, strict=True)}
    square = round(float(np.cos(np.radians(45.0))), 3)
    assert at[square] == pytest.approx(60.0, abs=1e-6)  # from 30 to 90
    assert np.degrees(hinge.turn[-1]) == pytest.approx(-29.0, abs=1e-6)
    assert np.degrees(np.abs(hinge.up)) == pytest.approx(90.0, abs=1e-6)


@pytest.mark.parametrize(("angle", "sign"), [(0.0, 1), (180.0, -1)])
def test_a_straight_hinge_folds_to_the_side_of_its_pole(angle: float, sign: int) -> None:
    """Folded about Y the knee goes along X, where the pole's axis is."""
    rig = _leg()
    rig = replace(rig, axes=np.stack((np.eye(3), _turn(Z, 90.0), np.eye(3))))
    hinge = _hinge(rig, 2, PoleChain(0, 1, np.radians(angle), hinged=True))
    assert np.sign(hinge.turn).tolist() == [np.sign(hinge.turn[0])] * len(hinge.turn)
    np.testing.assert_allclose(hinge.up, 0.0, atol=1e-6)
    folded = axis_angle_to_matrix(hinge.turn[len(hinge.turn) // 2] * Y) @ -Z
    assert np.sign(_bend(np.zeros((1, 3)), -Z[None], (-Z + folded)[None])[0, 0]) == sign


@pytest.mark.parametrize("bend", [20.0, 90.0])
def test_a_hinged_middle_bone_turns_about_its_x_alone(bend: float) -> None:
    """Bent further than at rest, in its own plane, and turned a quarter about Z as a whole: its
    axes are then those of rest, folded and turned."""
    rig = _leg(10.0)
    whole = _turn(Z, 90.0)
    knee = whole @ _turn(X, -0.5 * bend) @ -Z
    ankle = knee + whole @ _turn(X, 0.5 * bend) @ -Z
    motion = _posed(rig, [np.zeros(3), knee, ankle])
    found = hinged_middle(motion, rig, LIMB, PoleChain(0, 1, 0.0, hinged=True))[0]
    # The root turns by half of what the knee is folded by.
    wanted = whole @ _turn(X, -0.5 * (bend - 10.0)) @ _turn(X, bend - 10.0)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
