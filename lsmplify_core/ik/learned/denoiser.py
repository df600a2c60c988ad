# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses of noisy takes brought nearer to the truth by a second, small network.

What a solve makes of noisy tracks errs in ways of its own: a centimetre turns short bones by much,
and limbs stray where tracks are missing. This network sees the solved poses of about 30 frames
before and after, with what tracks and first network say of them, and predicts the residual
rotations that lead to the truth. It learned from takes of 25 to 40 frames a second, where that is
about a second to each side. Faster takes show it as many a second; slower ones show it all their
frames, which are further apart than any that it learned from. It is of the first network's kind
(`network.Network`) and reads the same features; `lsmplify_core.learning.denoising` trains it on
solved takes.
"""

from pathlib import Path
from typing import Final

import numpy as np

from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.skeleton import N_JOINTS, N_POSED
from ...runtime.array_types import Floats
from ...runtime.progress import run_steps
from ...runtime.threads import parallel_map
from ..refinement.frames_last import (
    applied,
    frames_first,
    frames_last,
    gram_schmidt,
    rotation_vector,
    transposed_applied,
    transposed_product,
)
from ..refinement.posed_tree import seen_of
from .features import N_FEATURES
from .network import Network, load_network
from .network_frames import between, network_frames
from .predictor import Prediction, frame_chunks, select_observations, select_poses
from .tree_features import tree_features

WEIGHTS: Final = Path(__file__).parents[2] / "weights" / "denoiser.npz"
N_MORE: Final = 3 + 3 + 3 + N_POSED + 1 + 3 * N_POSED
"""Numbers beside the features: `denoiser_inputs`."""
N_INPUTS: Final = N_FEATURES + N_MORE
_CHUNK: Final = 512
"""Frames that the network computes at once."""


def corrected(
    poses: PoseSequence,
    observations: MarkerObservations,
    prediction: Prediction,
    noise: float,
    rate: float,
    first: int,
    network: Network | None = None,
) -> Prediction:
    """Solved poses of a noisy take after the network's correction.

    The network looks at about 30 frames a second (`network_frames`); its corrections are
    interpolated between them.

    Args:
        poses: T frames, solved and smoothed.
        observations: the tracks, as they were solved.
        prediction: the first network's last, of the same frames.
        noise: metres, the tracks' standard deviation.
        rate: frames per second.
        first: the number of the first frame on the capture's clock.
        network: the weights; None for the shipped ones.

    Returns:
        The corrected poses, the hands' rotations as they were, and the errors that the network
        expects of them.
    """
    frames = len(poses.root)
    shown = network_frames(frames, rate, True, first)
    inputs = denoiser_inputs(
        select_poses(poses, shown), select_observations(observations, shown),
        select_poses(prediction.poses, shown), prediction.sigma[shown], noise, shown / rate,
    )  # fmt: skip
    raw = _in_chunks(network or load_network(WEIGHTS), inputs)
    known = _corrections(raw, frames_last(poses.rotations[shown, :1])[:, :, 0])
    sigma = np.ascontiguousarray(np.exp(np.clip(raw[-N_POSED:], -6.0, 1.0)).T)
    found = between(Prediction(known, sigma, known), shown, frames)
    rotations = poses.rotations @ found.poses.rotations
    result = PoseSequence(rotations, poses.root + found.poses.root)
    return Prediction(result, found.sigma, result)


def denoiser_inputs(
    poses: PoseSequence,
    observations: MarkerObservations,
    prior: PoseSequence,
    sigma: Floats,
    noise: float,
    seconds: Floats,
) -> Floats:
    """What the network sees of N frames, frames last.

    Args:
        poses: solved ones.
        observations: their tracks.
        prior: the first network's poses.
        sigma: (N, 22) radians, the error that it expects of them.
        noise: metres, the tracks' standard deviation.
        seconds: (N,) the frames' moments, ascending.

    Returns:
        (N_INPUTS, N): the first network's features; in the pelvis's frame the vertical, its speed
        (in 2 m/s) and its turning (in 5 rad/s); log sigma; the noise in centimetres; how the first
        network would turn each joint (in 0.2 rad).
    """
    result = np.empty((N_INPUTS, len(poses.root)), np.float32)

    def fill(chunk: slice) -> None:
        own = select_poses(poses, chunk)
        last = frames_last(own.rotations)
        seen = seen_of(select_observations(observations, chunk))
        result[:N_FEATURES, chunk] = tree_features(last, np.ascontiguousarray(own.root.T), seen)
        before = last[:, :, :N_POSED]
        away = transposed_product(before, frames_last(prior.rotations[chunk, :N_POSED]))
        turns = 5.0 * rotation_vector(away)
        result[-3 * N_POSED :, chunk] = turns.swapaxes(0, 1).reshape(3 * N_POSED, -1)

    run_steps(parallel_map(fill, frame_chunks(len(poses.root))))
    every = np.arange(len(poses.root))
    after, before = np.minimum(every + 1, every[-1]), np.maximum(every - 1, 0)
    span = np.maximum(seconds[after] - seconds[before], 1e-3).astype(np.float32)
    pelvis = frames_last(poses.rotations[:, :1])[:, :, 0]
    speed = (poses.root[after] - poses.root[before]).T / span
    turning = rotation_vector(transposed_product(pelvis[..., before], pelvis[..., after])) / span
    more = result[N_FEATURES:]
    more[0:3] = pelvis[2]
    more[3:6] = 0.5 * transposed_applied(pelvis, speed)
    more[6:9] = 0.2 * turning
    more[9 : 9 + N_POSED] = np.log(np.maximum(sigma, 1e-3)).T
    more[9 + N_POSED] = 100.0 * noise
    return result


def _in_chunks(network: Network, inputs: Floats) -> Floats:
    """Run the network over (N_INPUTS, N) frames in overlapping chunks; the overlap is as far as it
    sees, so that the result is the same as in one go."""
    reach = sum(network.dilations)
    frames = inputs.shape[1]

    def run(first: int) -> Floats:
        low, high = max(0, first - reach), min(frames, first + _CHUNK + reach)
        raw = network.columns(inputs[:, None, low:high])[:, 0]
        return raw[:, first - low : first - low + min(_CHUNK, frames - first)]

    return np.concatenate(
        run_steps(parallel_map(run, list(range(0, frames, _CHUNK)))), axis=1
    )  # fmt: skip


def _corrections(raw: Floats, pelvis: Floats) -> PoseSequence:
    """The residual rotations and the root's shift in the world that outputs (157, N) mean; as
    `network.apply_outputs`. pelvis: (3, 3, N)."""
    frames = raw.shape[1]
    sixd = raw[: 6 * N_POSED].reshape(N_POSED, 2, 3, -1).transpose(1, 2, 0, 3).copy()
    sixd[0, 0] += 1.0
    sixd[1, 1] += 1.0
    rotations = np.tile(np.eye(3, dtype=raw.dtype), (frames, N_JOINTS, 1, 1))
    rotations[:, :N_POSED] = frames_first(gram_schmidt(sixd))
    shift = applied(pelvis, 0.1 * raw[6 * N_POSED : 6 * N_POSED + 3])
    return PoseSequence(rotations, np.ascontiguousarray(shift.T))
