# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations from directions: angles, signs and what happens where a direction means nothing."""

import numpy as np
import pytest

from lsmplify_core.retarget.vectors import (
    about,
    apply,
    frame,
    ramp,
    shortest_turn,
    signed_angle,
    unit,
)

X, Y, Z = np.eye(3)


def test_a_unit_vector_has_length_one_and_what_has_no_length_stays() -> None:
    assert unit(np.array([0.0, 3.0, 4.0])).tolist() == [0.0, 0.6, 0.8]
    np.testing.assert_allclose(unit(np.array([2e-9, 0.0, 0.0])), X)
    nothing = np.array([0.0, 5e-10, 0.0])
    np.testing.assert_array_equal(unit(nothing), nothing)
    np.testing.assert_allclose(unit(np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 5.0]])), [Y, Z])


@pytest.mark.parametrize(("a", "b"), [(X, Y), (Y, Z), (X, X), (np.array([1.0, 1.0, 0.0]), -Z)])
def test_the_shortest_turn_brings_one_direction_onto_the_other(a, b) -> None:
    turn = shortest_turn(2.0 * a, 3.0 * b)
    np.testing.assert_allclose(turn @ unit(a), b, atol=1e-12)
    away = np.cross(a, b)
    np.testing.assert_allclose(turn @ away, away, atol=1e-12)


def test_a_turn_of_a_fraction_of_a_microradian_is_made() -> None:
    b = np.array([1.0, 2e-7, 0.0])
    assert shortest_turn(X, b)[1, 0] == pytest.approx(2e-7, rel=1e-6)


@pytest.mark.parametrize(
    ("a", "axis"),
    [(X, Z), (Y, -Z), (Z, Y), (np.array([-0.6, 0.0, 0.8]), np.array([-0.8, 0.0, -0.6]))],
)
def test_opposite_directions_are_half_a_turn_about_what_lies_across(a, axis) -> None:
    turn = shortest_turn(a, -a)
    np.testing.assert_allclose(turn, 2.0 * np.outer(axis, axis) - np.eye(3), atol=1e-9)


def test_one_direction_onto_many() -> None:
    turns = shortest_turn(X, np.stack((Y, Z, X)))
    np.testing.assert_allclose(turns @ X, [Y, Z, X], atol=1e-12)


def test_rotations_about_an_axis_go_by_the_right_hand() -> None:
    np.testing.assert_allclose(about(Z, np.array(np.pi / 2)) @ X, Y, atol=1e-12)
    np.testing.assert_allclose(
        about(np.stack((Z, X)), np.array([np.pi, np.pi / 2])) @ Y, [-Y, Z], atol=1e-12
    )


@pytest.mark.parametrize(
    ("a", "b", "degrees"), [(X, Y, 90.0), (Y, X, -90.0), (X, X, 0.0), (X, X - Y, -45.0)]
)
def test_a_signed_angle_is_seen_along_its_axis(a, b, degrees: float) -> None:
    """What lies along the axis doesn't count."""
    found = signed_angle(a + 0.7 * Z, b - 3.0 * Z, Z)
    assert np.degrees(found) == pytest.approx(degrees)


def test_a_frame_lies_along_the_first_then_the_second_then_both() -> None:
    found = frame(np.array([0.0, 2.0, 0.0]), np.array([0.0, 5.0, 0.5]))
    np.testing.assert_allclose(found, np.stack((Y, Z, X), axis=-1), atol=1e-12)


@pytest.mark.parametrize(
    ("value", "share"), [(1.0, 0.0), (2.0, 0.0), (2.5, 0.15625), (3.0, 0.5), (4.0, 1.0), (9.0, 1.0)]
)
def test_a_ramp_is_smooth_between_its_limits(value: float, share: float) -> None:
    assert ramp(value, 2.0, 4.0) == pytest.approx(share)


def test_matrices_act_on_vectors_one_by_one() -> None:
    turns = about(Z, np.array([0.0, np.pi / 2]))
    np.testing.assert_allclose(apply(turns, np.stack((X, X))), [X, Y], atol=1e-12)
