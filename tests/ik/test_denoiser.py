# SPDX-License-Identifier: GPL-3.0-or-later
"""The network for noisy takes: what it sees, at any rate and in parts, and where it is used."""

from dataclasses import replace

import numpy as np
import pytest
from random_poses import random_state, target_of
from takes import tracks_of, waving

from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.ik.fit_problem import SolveSettings
from lsmplify_core.ik.learned.denoiser import N_INPUTS, WEIGHTS, corrected, denoiser_inputs
from lsmplify_core.ik.learned.network import load_network
from lsmplify_core.ik.learned.predictor import Prediction, select_observations, select_poses
from lsmplify_core.ik.noise_correction import correction_applies
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.anatomical import in_convention
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import person, solve
from lsmplify_core.tracks.denoising import correction_shares
from lsmplify_core.tracks.tracks import Tracks


def solved(frames: int, seed: int = 0) -> tuple[PoseSequence, MarkerObservations, Prediction]:
    """Poses of some frames that change slowly, their tracks, and a first network's word on them."""
    random = np.random.default_rng(seed)
    first, last = (random_state(1, np.random.default_rng(seed + i)) for i in (1, 2))
    turns = np.linspace(0.0, 0.3, frames)[:, None, None] * random.standard_normal((1, 24, 3))
    rotations = (first.rotations @ axis_angle_to_matrix(turns)).astype(np.float32)
    root = np.linspace(first.root[0], last.root[0], frames).astype(np.float32)
    poses = PoseSequence(rotations, root)
    target = target_of(poses, random)
    target = MarkerObservations(
        target.bones.astype(np.float32), target.joints, target.offsets.astype(np.float32),
        target.points.astype(np.float32), target.weights.astype(np.float32),
    )  # fmt: skip
    sigma = np.full((frames, 22), 0.1, np.float32)
    return poses, target, Prediction(poses, sigma, poses)


def inputs_of(poses: PoseSequence, target: MarkerObservations, prior: PoseSequence) -> np.ndarray:
    sigma = np.full((len(poses.root), 22), 0.1, np.float32)
    return denoiser_inputs(poses, target, prior, sigma, 0.01, np.arange(len(poses.root)) / 30.0)


def test_it_sees_the_vertical_but_no_place_and_no_heading() -> None:
    poses, target, _ = solved(12)
    turn = axis_angle_to_matrix(np.array([0.0, 0.0, 2.0])).astype(np.float32)
    shift = np.array([3.0, -2.0, 1.0], np.float32)
    rotations = poses.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    there = PoseSequence(rotations, poses.root @ turn.T + shift)
    moved = replace(target, points=target.points @ turn.T + shift)
    seen = inputs_of(poses, target, poses)
    assert seen.shape == (N_INPUTS, 12)
    np.testing.assert_allclose(seen, inputs_of(there, moved, there), atol=2e-3)
    tilted = axis_angle_to_matrix(np.array([1.0, 0.0, 0.0])).astype(np.float32)
    rotations = poses.rotations.copy()
    rotations[:, 0] = tilted @ rotations[:, 0]
    lying = PoseSequence(rotations, poses.root @ tilted.T)
    moved = replace(target, points=target.points @ tilted.T)
    assert np.abs(inputs_of(lying, moved, lying) - seen).max() > 0.1


@pytest.mark.parametrize("rate", [24.0, 30.0, 50.0, 120.0])
def test_a_part_is_corrected_as_in_the_whole(rate: float) -> None:
    """Blocks of a long take overlap by two seconds; the network sees one to each side."""
    frames = round(8 * rate)
    poses, target, prediction = solved(frames)
    whole = corrected(poses, target, prediction, 0.01, rate, 7)
    part = slice(round(2.5 * rate), round(7.5 * rate))
    some = Prediction(select_poses(poses, part), prediction.sigma[part], select_poses(poses, part))
    found = corrected(
        select_poses(poses, part), select_observations(target, part), some, 0.01, rate,
        7 + part.start,
    )  # fmt: skip
    own = slice(round(2 * rate), round(3 * rate))
    there = slice(part.start + own.start, part.start + own.stop)
    apart = angle_between(found.poses.rotations[own], whole.poses.rotations[there])
    assert np.degrees(apart.max()) < 0.1
    np.testing.assert_allclose(found.sigma[own], whole.sigma[there], rtol=1e-3)
    assert found.poses.root.dtype == poses.root.dtype


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_short_takes_are_corrected(frames: int) -> None:
    poses, target, prediction = solved(frames)
    found = corrected(poses, target, prediction, 0.01, 30.0, 0)
    assert np.isfinite(found.poses.rotations).all()
    assert found.sigma.shape == (frames, 22)


def test_numpy_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    from lsmplify_core.learning.model import LearnedIK
    from lsmplify_core.learning.train import load_weights

    network = load_network(WEIGHTS)
    model = LearnedIK(
        len(network.weights["scale"]), network.dilations, N_INPUTS, (0.1, 0.2)
    ).eval()  # fmt: skip
    load_weights(model, WEIGHTS)
    x = np.random.default_rng(0).standard_normal((1, 40, N_INPUTS)).astype(np.float32)
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(network(x), expected, atol=2e-4)


def degrees_off(found: Motion, truth: Motion) -> float:
    """Mean error of all joints but the wrists, which no track shows."""
    turned = (in_convention(motion).rotations[:, :20] for motion in (found, truth))
    return float(np.degrees(angle_between(*turned)).mean())


def noisy(frames: int, size: float) -> tuple[Motion, Tracks]:
    """A waving person, and their tracks with white noise."""
    truth = waving(frames)
    tracks = tracks_of(truth)
    random = np.random.default_rng(3)
    points = tracks.positions + size * random.standard_normal(tracks.positions.shape)
    return truth, replace(tracks, positions=points)


def without(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: object) -> bool:
        return False

    monkeypatch.setattr(person, "correction_applies", never)


def test_a_noisy_take_comes_nearer_to_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, tracks = noisy(150, 0.010)
    after = degrees_off(solve(tracks).motion, truth)
    without(monkeypatch)
    assert after < 0.97 * degrees_off(solve(tracks).motion, truth)


@pytest.mark.parametrize("size", [0.0, 0.0005])
def test_clean_takes_stay_to_the_bit(size: float, monkeypatch: pytest.MonkeyPatch) -> None:
    _, tracks = noisy(60, size)
    found = solve(tracks).motion.rotations
    without(monkeypatch)
    np.testing.assert_array_equal(found, solve(tracks).motion.rotations)


@pytest.mark.parametrize(
    ("rate", "size", "share"),
    [(1.0, 0.0, 0.0), (4.0, 0.010, 0.0), (4.9, 0.010, 0.0), (5.0, 0.010, 1.0), (25.0, 0.010, 1.0)],
)  # fmt: skip
def test_motion_of_slow_takes_is_not_corrected_as_noise(
    rate: float, size: float, share: float
) -> None:
    """At few frames a second noise and motion look alike: clean tracks of one a second have that of
    a whole correction, which places the joints worse."""
    tracks = tracks_of(waving(40, rate))
    noise = size * np.random.default_rng(3).standard_normal(tracks.positions.shape)
    found = solve(replace(tracks, positions=tracks.positions + noise)).facts
    assert found is not None
    assert found.noise > 0.004
    assert found.corrected == share


def test_a_habit_that_is_kept_is_not_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    _, tracks = noisy(60, 0.010)
    keep = SolveSettings(convention="keep")
    found = solve(tracks, settings=keep).motion.rotations
    without(monkeypatch)
    np.testing.assert_array_equal(found, solve(tracks, settings=keep).motion.rotations)


def test_a_motion_to_start_from_is_not_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, tracks = noisy(60, 0.010)
    found = solve(tracks, init=truth).motion.rotations
    without(monkeypatch)
    np.testing.assert_array_equal(found, solve(tracks, init=truth).motion.rotations)


@pytest.mark.parametrize(
    ("layout", "applies"),
    [("BODY_25", True), ("COCO_17", True), ("MediaPipe_33", True), ("H36M_17", True),
     ("HALPE_26", True), ("CMU_41", False), ("Vicon_53", False), ("PlugInGait_39", False)],
)  # fmt: skip
def test_markers_on_the_skin_are_not_corrected(layout: str, applies: bool) -> None:
    assert correction_applies(load_layout(layout).offsets) == applies


def test_the_clean_part_of_a_take_is_left_alone() -> None:
    _, tracks = noisy(240, 0.010)
    points = tracks.positions.copy()
    points[120:] = tracks_of(waving(240)).positions[120:]
    share = correction_shares(replace(tracks, positions=points), 1.0, 0)
    assert share[:90].min() == 1.0
    assert share[165:].max() == 0.0
    assert np.abs(np.diff(share)).max() < 0.06


def test_frames_that_do_not_show_their_noise_get_what_the_take_gets() -> None:
    _, tracks = noisy(90, 0.010)
    points = tracks.positions.copy()
    points[::3] = np.nan
    gappy = replace(tracks, positions=points)
    for most in (0.0, 0.4, 1.0):
        np.testing.assert_allclose(correction_shares(gappy, most, 0), most)
