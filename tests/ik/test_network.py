# SPDX-License-Identifier: GPL-3.0-or-later
"""The NumPy forward pass is the torch network's, and what is fed to it doesn't know the world."""

from pathlib import Path

import numpy as np
import pytest
from random_poses import random_state, target_of

from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.ik.learned.features import N_FEATURES, features
from lsmplify_core.ik.learned.network import N_OUTPUTS, apply_outputs, load_network, other_weights
from lsmplify_core.runtime.errors import InputError


def turned_world(
    state: PoseSequence, target: MarkerObservations, turn: np.ndarray, shift: np.ndarray
) -> tuple[PoseSequence, MarkerObservations]:
    rotations = state.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    points = target.points @ turn.T + shift
    moved = MarkerObservations(target.bones, target.joints, target.offsets, points, target.weights)
    return PoseSequence(rotations, state.root @ turn.T + shift), moved


def test_features_do_not_know_place_or_heading_in_the_world() -> None:
    random = np.random.default_rng(0)
    truth = random_state(4, random)
    target, state = target_of(truth, random), random_state(4, random)
    turn = axis_angle_to_matrix(np.array([2.0, -1.0, 0.7]))
    there = turned_world(state, target, turn, np.array([3.0, -2.0, 1.0]))
    assert features(state, target).shape == (4, N_FEATURES)
    np.testing.assert_allclose(features(state, target), features(*there), atol=1e-6)


def test_unseen_points_do_not_matter() -> None:
    random = np.random.default_rng(1)
    truth = random_state(3, random)
    target, state = target_of(truth, random), random_state(3, random)
    points = np.where(target.weights[..., None] > 0, target.points, 1e3)
    hidden = MarkerObservations(target.bones, target.joints, target.offsets, points, target.weights)
    np.testing.assert_allclose(features(state, target), features(state, hidden), atol=1e-9)


def test_zero_outputs_leave_the_pose_as_it_is() -> None:
    state = random_state(3, np.random.default_rng(2))
    same, expected = apply_outputs(state, np.zeros((3, N_OUTPUTS)), state.rotations[:, 0])
    assert angle_between(same.rotations, state.rotations).max() < 1e-6
    np.testing.assert_allclose(same.root, state.root)
    assert expected.shape == (3, 22)


def test_numpy_forward_is_torchs(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from lsmplify_core.learning.model import LearnedIK
    from lsmplify_core.learning.train import save_weights

    torch.manual_seed(0)
    model = LearnedIK(width=32, dilations=(1, 2, 4))
    path = tmp_path / "weights.npz"
    save_weights(model, path, {})
    network = load_network(path)
    half = {k: v.half().float() for k, v in model.state_dict().items()}
    model.load_state_dict(half)
    for length in (1, 3, 20):  # shorter than the dilation too
        x = (
            np.random.default_rng(length)
            .standard_normal((2, length, N_FEATURES))
            .astype(np.float32)
        )
        with torch.no_grad():
            expected = model(torch.from_numpy(x)).numpy()
        np.testing.assert_allclose(network(x), expected, atol=2e-5)


def test_a_file_that_is_not_the_networks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(b"PK\x03\x04 not weights")
    with pytest.raises(InputError, match=r"weights\.npz"):
        load_network(path)


def test_other_weights_solve_until_they_are_put_back(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from lsmplify_core.learning.model import LearnedIK
    from lsmplify_core.learning.train import save_weights

    path = tmp_path / "narrow.npz"
    save_weights(LearnedIK(width=32), path, {})
    shipped = load_network()
    with other_weights(path):
        assert load_network().weights["first.weight"].shape == (32, N_FEATURES)
    assert load_network() is shipped
    with pytest.raises(InputError, match=r"missing\.npz"), other_weights(tmp_path / "missing.npz"):
        pass
    assert load_network() is shipped


def test_weights_of_another_width_are_no_start(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from lsmplify_core.learning.model import LearnedIK
    from lsmplify_core.learning.train import load_weights, save_weights

    path = tmp_path / "narrow.npz"
    save_weights(LearnedIK(width=32), path, {})
    with pytest.raises(InputError, match=r"narrow\.npz: these weights are of another width"):
        load_weights(LearnedIK(), path)
