# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations: against scalar formulas, at the awkward angles, and alike in NumPy and torch."""

import math

import numpy as np
import pytest

from lsmplify_core.geometry import rotations as rot

AWKWARD = [0.0, 1e-9, 1e-5, 1e-3, 0.5, math.pi / 2, 2.5, math.pi - 1e-6, math.pi]


@pytest.fixture
def random() -> np.random.Generator:
    """The same numbers in every run."""
    return np.random.default_rng(11)


def naive_matrix(vector: np.ndarray) -> np.ndarray:
    """Turn the three axes one by one, by v cos + (k × v) sin + k (k·v)(1 − cos)."""
    angle = math.sqrt(sum(x * x for x in vector))
    if angle == 0:
        return np.eye(3)
    k = vector / angle
    columns = [
        v * math.cos(angle)
        + np.cross(k, v) * math.sin(angle)
        + k * k.dot(v) * (1 - math.cos(angle))
        for v in np.eye(3)
    ]
    return np.array(columns).T


def unit(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Unit vectors at random."""
    v = random.standard_normal((*shape, 3))
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


@pytest.mark.parametrize("angle", AWKWARD)
def test_axis_angle_to_matrix_is_rodrigues(angle: float, random: np.random.Generator) -> None:
    for vector in angle * unit(random, 5):
        np.testing.assert_allclose(
            rot.axis_angle_to_matrix(vector), naive_matrix(vector), atol=1e-12
        )


@pytest.mark.parametrize("angle", AWKWARD)
def test_axis_angle_survives_the_way_over_matrices(
    angle: float, random: np.random.Generator
) -> None:
    vectors = angle * unit(random, 20)
    m = rot.axis_angle_to_matrix(vectors)
    back = rot.matrix_to_axis_angle(m)
    assert np.linalg.norm(back, axis=-1).max() <= math.pi + 1e-9
    np.testing.assert_allclose(rot.axis_angle_to_matrix(back), m, atol=1e-7)
    if angle < 3:
        np.testing.assert_allclose(back, vectors, atol=1e-7)


def test_quaternions_cover_all_four_branches(random: np.random.Generator) -> None:
    q = random.standard_normal((200, 4))
    q[:4] = np.eye(4) + 1e-3  # each component largest once
    q /= np.linalg.norm(q, axis=-1, keepdims=True)
    back = rot.matrix_to_quaternion(rot.quaternion_to_matrix(q))
    assert (back[:, 0] >= 0).all()
    np.testing.assert_allclose(back, q * np.where(q[:, :1] < 0, -1, 1), atol=1e-9)


def test_quaternion_product_is_the_product_of_the_matrices(random: np.random.Generator) -> None:
    a, b = rot.axis_angle_to_matrix(random.standard_normal((2, 9, 3)))
    q = rot.quaternion_multiply(rot.matrix_to_quaternion(a), rot.matrix_to_quaternion(b))
    np.testing.assert_allclose(rot.quaternion_to_matrix(q), a @ b, atol=1e-9)


def test_sixd_gives_rotations_whatever_goes_in(random: np.random.Generator) -> None:
    m = rot.sixd_to_matrix(5 * random.standard_normal((50, 6)))
    np.testing.assert_allclose(
        m @ np.swapaxes(m, -1, -2), np.tile(np.eye(3), (50, 1, 1)), atol=1e-7
    )
    np.testing.assert_allclose(np.linalg.det(m), 1, atol=1e-7)
    np.testing.assert_allclose(rot.sixd_to_matrix(rot.matrix_to_sixd(m)), m, atol=1e-7)


def test_cross_and_skew_agree_with_numpy(random: np.random.Generator) -> None:
    a, b = random.standard_normal((2, 4, 5, 3))
    np.testing.assert_allclose(rot.cross(a, b), np.cross(a, b))
    np.testing.assert_allclose((rot.skew(a) @ b[..., None])[..., 0], np.cross(a, b))


@pytest.mark.parametrize("angle", AWKWARD)
def test_angle_between_is_exact_at_both_ends(angle: float, random: np.random.Generator) -> None:
    start = rot.axis_angle_to_matrix(random.standard_normal((10, 3)))
    end = start @ rot.axis_angle_to_matrix(angle * unit(random, 10))
    np.testing.assert_allclose(rot.angle_between(start, end), angle, atol=2e-7)


def test_swing_times_twist_is_the_rotation(random: np.random.Generator) -> None:
    q = rot.matrix_to_quaternion(rot.axis_angle_to_matrix(2 * random.standard_normal((40, 3))))
    axis = unit(random, 40)
    swing, twist = rot.swing_twist(q, axis)
    np.testing.assert_allclose(rot.quaternion_multiply(swing, twist), q, atol=1e-9)
    np.testing.assert_allclose(np.cross(twist[:, 1:], axis), 0, atol=1e-9)  # about the axis
    np.testing.assert_allclose((swing[:, 1:] * axis).sum(-1), 0, atol=1e-9)  # square to it


def test_half_turn_of_swing_leaves_no_twist() -> None:
    swing, twist = rot.swing_twist(np.array([0.0, 0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0]))
    assert twist.tolist() == [1, 0, 0, 0]
    np.testing.assert_allclose(swing, [0, 0, 1, 0], atol=1e-12)


def test_continuous_quaternions_never_jump(random: np.random.Generator) -> None:
    angles = np.linspace(0, 4 * math.pi, 60)
    q = np.zeros((60, 2, 4))
    q[:, :, 0], q[:, :, 3] = np.cos(angles / 2)[:, None], np.sin(angles / 2)[:, None]
    flipped = q * random.choice([-1.0, 1.0], (60, 2, 1))
    smooth = rot.continuous_quaternions(flipped)
    assert np.linalg.norm(np.diff(smooth, axis=0), axis=-1).max() < 0.2
    np.testing.assert_allclose(
        rot.quaternion_to_matrix(smooth), rot.quaternion_to_matrix(q), atol=1e-12
    )


def test_slerp_turns_evenly_the_short_way() -> None:
    def about_z(degrees: float) -> np.ndarray:
        half = math.radians(degrees) / 2
        return np.array([math.cos(half), 0, 0, math.sin(half)])

    for t in (0.0, 0.25, 1.0):
        for sign in (1, -1):
            q = rot.slerp(about_z(10), sign * about_z(90), np.array(t))
            np.testing.assert_allclose(q, about_z(10 + 80 * t), atol=1e-9)
    np.testing.assert_allclose(rot.slerp(about_z(5), about_z(5), np.array(0.3)), about_z(5))


def test_mean_rotation_of_a_cloud_is_its_middle(random: np.random.Generator) -> None:
    middle = rot.axis_angle_to_matrix(np.array([0.4, -1.0, 2.0]))
    spread = 0.2 * unit(random, 50)
    cloud = middle @ rot.axis_angle_to_matrix(np.concatenate((spread, -spread)))
    np.testing.assert_allclose(rot.mean_rotation(cloud), middle, atol=1e-9)


def test_nearest_rotation_never_mirrors(random: np.random.Generator) -> None:
    m = random.standard_normal((100, 3, 3))
    r = rot.nearest_rotation(m)
    np.testing.assert_allclose(np.linalg.det(r), 1)
    near = r @ rot.axis_angle_to_matrix(0.1 * random.standard_normal((100, 3)))
    assert (((near - m) ** 2).sum((1, 2)) >= ((r - m) ** 2).sum((1, 2)) - 1e-12).all()


def test_rotation_x_stands_y_up_on_z() -> None:
    np.testing.assert_allclose(rot.rotation_x(90) @ [0, 1, 0], [0, 0, 1], atol=1e-12)


def test_torch_gives_what_numpy_gives(random: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    v = random.standard_normal((6, 3))
    m = rot.axis_angle_to_matrix(v)
    pairs = [
        (rot.axis_angle_to_matrix, v), (rot.matrix_to_quaternion, m),
        (rot.matrix_to_axis_angle, m), (rot.matrix_to_sixd, m),
        (rot.sixd_to_matrix, random.standard_normal((6, 6))),
        (lambda x: rot.angle_between(x, rot.transpose(x)), m),
    ]  # fmt: skip
    for function, x in pairs:
        np.testing.assert_allclose(function(torch.asarray(x)).numpy(), function(x), atol=1e-12)


def test_gradients_are_finite_where_acos_would_not_be() -> None:
    torch = pytest.importorskip("torch")
    for angle in (0.0, math.pi):
        v = torch.tensor([angle, 0.0, 0.0], dtype=torch.float64, requires_grad=True)
        rot.angle_between(rot.axis_angle_to_matrix(v), torch.eye(3, dtype=torch.float64)).backward()
        assert torch.isfinite(v.grad).all()


@pytest.mark.parametrize("angle", [1e-9, 1e-6, 1e-4, 0.005, 0.019, 0.3, 3.1])
def test_small_turns_keep_all_their_digits(angle: float) -> None:
    vector = angle * np.array([0.6, -0.0, 0.8])
    found = rot.matrix_to_axis_angle(rot.axis_angle_to_matrix(vector))
    np.testing.assert_allclose(np.linalg.norm(found), angle, rtol=1e-8 if angle > 1e-4 else 1e-6)


@pytest.mark.parametrize("angle", [1e-9, 1e-3, 0.02, 0.15, 2.0])
@pytest.mark.parametrize("t", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_interpolation_goes_at_an_even_speed(angle: float, t: float) -> None:
    """A quarter of the way is a quarter of the angle, whether the two are near or far."""
    ends = rot.axis_angle_to_matrix(np.array([[0.0, 0.0, 0.0], [angle, 0.0, 0.0]]))
    a, b = rot.matrix_to_quaternion(ends)
    found = rot.matrix_to_axis_angle(rot.quaternion_to_matrix(rot.slerp(a, b, np.array(t))))
    np.testing.assert_allclose(found[0], t * angle, rtol=1e-8, atol=1e-12)
