# SPDX-License-Identifier: GPL-3.0-or-later
"""A rigid shape on points, its own axes, and labels put right, by four markers at round places."""

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.props.fit_rigid import fit_rigid, rms
from lsmplify_core.props.labels import _jumps, _turns, label_orders, read_in
from lsmplify_core.props.shape import find_shape

SHAPE = np.array([[0.0, 0, 0.3], [0.1, 0, 0], [-0.05, 0.04, 0.0], [0.0, -0.02, -0.2]])
QUARTER = axis_angle_to_matrix(np.array([0.0, 0.0, np.pi / 2]))


def _moved(frames: int = 20):
    """The shape that turns about Z and flies along X."""
    turns = axis_angle_to_matrix(np.linspace(0, 1.5, frames)[:, None] * [0.0, 0.0, 1.0])
    way = np.stack((0.05 * np.arange(frames), 0 * np.arange(frames), np.ones(frames)), axis=1)
    return np.einsum("tab,kb->tka", turns, SHAPE) + way[:, None]


def test_a_shape_is_turned_and_moved_onto_its_points() -> None:
    points = (SHAPE @ QUARTER.T + [1.0, 2.0, 3.0])[None]
    fit = fit_rigid(SHAPE, points)
    np.testing.assert_allclose(fit.rotation[0], QUARTER, atol=1e-6)
    np.testing.assert_allclose(fit.location[0], [1, 2, 3], atol=1e-6)
    np.testing.assert_allclose(fit.error, 0.0, atol=1e-6)
    assert fit.sure.tolist() == [True]


@pytest.mark.parametrize(
    ("seen", "beside", "noise", "sure"),
    [(4, 0.05, 0.001, True), (2, 0.05, 0.001, False), (4, 0.001, 1e-6, False),
     (4, 0.05, 0.02, False)],
)  # fmt: skip
def test_points_in_line_do_not_show_the_turn_about_it(seen, beside, noise, sure: bool) -> None:
    """1.5 mm beside the line, or four times the noise; then the turn is that of before."""
    shape = np.array([[0.0, 0, 0], [0, 0, 1], [0, 0, 2], [beside, 0, 1.0]])
    points = (shape @ QUARTER.T)[None].copy()
    points[0, seen:] = np.nan
    fit = fit_rigid(shape, points, QUARTER, noise)
    assert fit.sure.tolist() == [sure]
    np.testing.assert_allclose(fit.rotation[0], QUARTER, atol=1e-6)


def test_one_point_has_a_place_and_none_has_nothing() -> None:
    points = np.full((2, 4, 3), np.nan)
    points[0, 1] = [5.0, 6.0, 7.0]
    fit = fit_rigid(SHAPE, points)
    np.testing.assert_allclose(fit.location[0], np.array([5.0, 6, 7]) - SHAPE[1], atol=1e-9)
    assert np.isnan(fit.location[1]).all()
    assert np.isnan(fit.error[1]).all()
    np.testing.assert_allclose(fit.rotation, np.tile(np.eye(3), (2, 1, 1)), atol=1e-9)


def test_root_mean_squares_of_what_is_there() -> None:
    found = rms(np.array([[3.0, 4.0, np.nan], [np.nan] * 3]))
    assert found[0] == pytest.approx(np.sqrt(12.5))
    assert np.isnan(found[1])


def test_a_shape_lies_on_its_own_axes() -> None:
    """The longest along Z, its farthest marker on the positive side, the next along X; gaps and one
    wild frame say nothing."""
    points = _moved(30)
    points[3, 0] = np.nan
    points[7] += np.random.default_rng(0).normal(0, 0.2, (4, 3))
    found = find_shape(points)
    apart = np.linalg.norm(found[:, None] - found[None], axis=-1)
    wanted = np.linalg.norm(SHAPE[:, None] - SHAPE[None], axis=-1)
    np.testing.assert_allclose(apart, wanted, atol=1e-6)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-9)
    spread = (found**2).sum(axis=0)
    assert spread[2] > spread[0] > spread[1]
    assert found[np.argmax(np.abs(found[:, 2])), 2] > 0
    assert found[np.argmax(np.abs(found[:, 0])), 0] > 0


def test_labels_that_were_exchanged_are_put_right() -> None:
    points = _moved(60)
    mixed = points.copy()
    mixed[20:40, [0, 3]] = points[20:40, [3, 0]]
    orders = label_orders(SHAPE, mixed)
    assert orders[:20].tolist() == [[0, 1, 2, 3]] * 20
    assert orders[20:40].tolist() == [[3, 1, 2, 0]] * 20
    np.testing.assert_allclose(read_in(mixed, orders), points)
    assert (label_orders(SHAPE, points) == np.arange(4)).all()


def test_a_marker_that_comes_to_where_another_was_has_jumped() -> None:
    points = np.tile(SHAPE, (6, 1, 1))
    points[3:, [1, 2]] = points[3:, [2, 1]]
    assert _jumps(SHAPE, points).tolist() == [3]
    assert _jumps(SHAPE, np.tile(SHAPE, (6, 1, 1))).tolist() == []
    flying = np.tile(SHAPE, (6, 1, 1)) + 0.4 * np.arange(6)[:, None, None]
    assert _jumps(SHAPE, flying).tolist() == []


def test_moves_cost_what_markers_have_not_in_common() -> None:
    """3 cm cost 1, six cost 4, through two frames 1; 60 at the most."""
    moves = np.zeros((1, 1, 2, 3))
    moves[0, 0] = [[1.03, 0, 0], [0.97, 0, 0]]
    one, two = np.ones((1, 1, 2)), np.full((1, 1, 2), 2.0)
    assert _turns(moves, one)[0, 0].tolist() == pytest.approx([1.0, 1.0])
    assert _turns(2 * moves, one)[0, 0].tolist() == pytest.approx([4.0, 4.0])
    assert _turns(2 * moves, two)[0, 0].tolist() == pytest.approx([1.0, 1.0])
    assert _turns(100 * moves, one)[0, 0].tolist() == [60.0, 60.0]
    moves[0, 0, 1] = np.nan
    assert _turns(moves, one)[0, 0].tolist() == [0.0, 0.0]
