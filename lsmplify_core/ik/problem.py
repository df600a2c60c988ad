# SPDX-License-Identifier: GPL-3.0-or-later
"""A take in the solver's own terms: its points about their middle, on a body of the size that the
network knows, and the pose that every frame begins with."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body, default_body
from ..body.markers import MarkerObservations, PoseSequence
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from ..tracks.tracks import Tracks
from .learned.predictor import concatenate_poses, frame_chunks, select_observations
from .root_alignment import align_root, torso_weights
from .smoothing import fill_frames

_MIN_CONFIDENCE: Final = 0.1
"""Weight of the least confident sample beside a fully confident one, which is 1."""
LEAST_POINTS: Final = 4
"""Points that a frame must show to be solved; frames with fewer are filled from their
neighbours."""


def valid_frames(tracks: Tracks) -> NDArray[np.bool_]:
    """(T,) frames that show enough points to be solved."""
    return tracks.seen.sum(axis=1) >= LEAST_POINTS


def require_valid_frames(tracks: Tracks) -> NDArray[np.bool_]:
    """`valid_frames` of a take that has at least one.

    Raises:
        InputError: where no frame shows enough points.
    """
    valid = valid_frames(tracks)
    if not valid.any():
        raise InputError(
            f"{tracks.source}: no frame shows {LEAST_POINTS} points of the body at once; "
            "check the tracks' names or choose other frames"
        )
    return valid


def observations_of(tracks: Tracks, match: Match, body: Body) -> tuple[MarkerObservations, Floats]:
    """The take's matched points about their own middle, so that single precision is enough.

    Args:
        tracks: the matched tracks, metres, Z up.
        match: which of them is which keypoint of the layout.
        body: whose bones the observations get; the points' offsets are the layout's. Metres.

    Returns:
        The observations, and the middle (3,) in the world, metres.
    """
    # as numpy.nanmedian, which makes masked arrays of few points
    columns = tracks.positions.reshape(-1, 3).T
    origin = np.array([np.median(own[~np.isnan(own)]) for own in columns])
    keypoints = [k for k, _ in match.matched]
    observations = MarkerObservations(
        body.offsets,
        match.layout.joints[keypoints],
        match.layout.offsets[keypoints],
        np.nan_to_num(tracks.positions - origin),
        _weights(tracks),
    )
    return observations, origin


def _weights(tracks: Tracks) -> Floats:
    """(T, K): 0 for missing samples, the detector's confidence (1 without one) for the others."""
    visible = tracks.seen.astype(np.float64)
    return (
        visible
        if tracks.confidence is None
        else visible * tracks.confidence.clip(_MIN_CONFIDENCE, 1.0)
    )


def at_network_size(
    observations: MarkerObservations, body: Body, offsets: Floats
) -> tuple[float, MarkerObservations]:
    """The take scaled to the size of body that the network knows, in single precision.

    Args:
        observations: metres.
        body: the person.
        offsets: (K, 3) metres, the points' places in their joints' frames.

    Returns:
        How many metres one of the scaled lengths is, and the scaled observations.
    """
    unit = body.height / default_body().height
    local = MarkerObservations(
        (body.offsets / unit).astype(np.float32),
        observations.joints,
        (offsets / unit).astype(np.float32),
        (observations.points / unit).astype(np.float32),
        observations.weights.astype(np.float32),
    )
    return unit, local


def initial_poses(
    observations: MarkerObservations,
    valid: NDArray[np.bool_],
    initial_motion: Motion | None,
    origin: Floats,
    unit: float,
) -> PoseSequence:
    """The poses that the solve begins with: a motion, or the T-pose aligned with the torso.

    Frames that show too little of the torso begin between their neighbours.

    Args:
        observations: at the network's size.
        valid: (T,) frames that show enough points, at least one.
        initial_motion: in the world, metres; None for the T-pose.
        origin: (3,) metres, where the observations' zero lies in the world.
        unit: metres in one of the observations' lengths.

    Returns:
        T frames in the observations' frame and unit.

    Raises:
        InputError: where the motion has another number of frames.
    """
    if initial_motion is not None:
        if initial_motion.frames != len(observations.points):
            raise InputError(
                f"the motion to start from has {initial_motion.frames} frames and the tracks have "
                f"{len(observations.points)}; they must be the same take at the same rate"
            )
        root = (initial_motion.root - origin) / unit
        return PoseSequence(initial_motion.rotations.astype(np.float32), root.astype(np.float32))
    rest = np.broadcast_to(np.eye(3, dtype=np.float32), (1, 24, 3, 3))
    chunks = parallel_map(
        lambda chunk: align_root(rest, select_observations(observations, chunk)),
        frame_chunks(len(observations.points)),
    )
    aligned = concatenate_poses(run_steps(chunks))
    torso_weight = observations.weights @ torso_weights(
        observations.joints, observations.offsets
    ).astype(np.float32)
    aligned_well = valid & (torso_weight >= min(3.0, torso_weight.max()) - 0.5)
    return fill_frames(aligned, aligned_well)
