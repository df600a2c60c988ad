# SPDX-License-Identifier: GPL-3.0-or-later
"""A take in the solver's own terms: its points about their middle, on a body of the size that the
network knows, and the pose that every frame begins with."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body, default_body
from ..body.markers import State, Target
from ..layouts.matching import Match
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..runtime.progress import finished
from ..runtime.threads import side_by_side
from ..tracks.tracks import Tracks
from .predictor import chunks, joined, target_part
from .root_alignment import place, torso_trust
from .smoothing import fill_frames

_LEAST_TRUST: Final = 0.1
"""What the least trusted sample counts beside one that is fully trusted."""
LEAST_POINTS: Final = 4
"""Points that a frame must show to be solved; frames with fewer are filled from their neighbours."""


def shown(taken: Tracks) -> NDArray[np.bool_]:
    """(T,) frames that show enough points to be solved."""
    return taken.seen.sum(axis=1) >= LEAST_POINTS


def sighted_frames(taken: Tracks) -> NDArray[np.bool_]:
    """The same, where there is one at all; InputError otherwise."""
    sighted = shown(taken)
    if not sighted.any():
        raise InputError(
            f"{taken.source}: no frame shows {LEAST_POINTS} points of the body at once; "
            "check the tracks' names or choose other frames"
        )
    return sighted


def target_of(taken: Tracks, match: Match, body: Body) -> tuple[Target, Floats]:
    """The take's matched points about their own middle, so that single precision is enough, and that
    middle (3,).

    taken: metres, Z up. The target's bones and offsets are those of `body` and the layout, metres.
    """
    origin = np.nanmedian(taken.positions.reshape(-1, 3), axis=0)
    keypoints = [k for k, _ in match.matched]
    target = Target(
        body.offsets,
        match.layout.joints[keypoints],
        match.layout.offsets[keypoints],
        np.nan_to_num(taken.positions - origin),
        _weights(taken),
    )
    return target, origin


def _weights(taken: Tracks) -> Floats:
    """(T, K): 0 for missing samples, for the others how far the detector trusts them itself."""
    seen = taken.seen.astype(np.float64)
    return seen if taken.confidence is None else seen * taken.confidence.clip(_LEAST_TRUST, 1.0)


def in_body_size(target: Target, body: Body, offsets: Floats) -> tuple[float, Target]:
    """The take on a body, its points' offsets (K, 3) metres, shrunk or grown to the size that the
    network knows, in single precision; and how many metres one of its lengths is."""
    unit = body.height / default_body().height
    local = Target(
        (body.offsets / unit).astype(np.float32),
        target.joints,
        (offsets / unit).astype(np.float32),
        (target.points / unit).astype(np.float32),
        target.weights.astype(np.float32),
    )
    return unit, local


def start_of(
    local: Target, sighted: NDArray[np.bool_], init: Motion | None, origin: Floats, unit: float
) -> State:
    """The pose that every frame begins with: given, or the T-pose set on the torso; frames that show
    too little of it begin between their neighbours.

    sighted: (T,), at least one. init: world, metres; origin and unit bring it into the target's
    terms. Raises InputError where it has another number of frames.
    """
    if init is not None:
        if init.frames != len(local.points):
            raise InputError(
                f"the motion to start from has {init.frames} frames and the tracks have "
                f"{len(local.points)}; they must be the same take at the same rate"
            )
        root = (init.root - origin) / unit
        return State(init.rotations.astype(np.float32), root.astype(np.float32))
    rest = np.broadcast_to(np.eye(3, dtype=np.float32), (1, 24, 3, 3))
    parts = side_by_side(
        lambda part: place(rest, target_part(local, part)), chunks(len(local.points))
    )
    placed = joined(finished(parts))
    trust = local.weights @ torso_trust(local.joints, local.offsets).astype(np.float32)
    held = sighted & (trust >= min(3.0, trust.max()) - 0.5)
    return fill_frames(placed, held)
