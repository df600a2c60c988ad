# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a motion is not decided by its tracks: what the network is unsure of, what no point
shows."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..body.markers import MarkerObservations, PoseSequence, moving_joints
from ..geometry.kinematics import attached_points, forward
from ..geometry.skeleton import N_POSED
from ..ik.learned.network import load_network
from ..ik.learned.predictor import predict_steps
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.progress import run_steps
from .attached import Attached

_ROUNDS: Final = 2
_NEVER: Final = 0.35
"""Radians that nobody is thought to be surer of where no track is seen at all."""

_LEVER: Final = 0.03
"""Metres from a joint within which a point says nothing of how the joint is turned."""


def undecided(motion: Motion, points: Attached) -> NDArray[np.bool_]:
    """(T, 22) rotations that no track shows: none is seen on the joint or what hangs on it, save at
    the joint itself. BODY_25's wrists are such."""
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    on_body = attached_points(turned, placed, points.joints, points.offsets)
    carried = moving_joints(points.joints)
    decided = np.zeros((motion.frames, N_POSED), dtype=bool)
    for k in range(len(points.joints)):
        away = np.linalg.norm(on_body[:, k, None] - placed[:, :N_POSED], axis=-1)
        decided |= carried[k] & (away > _LEVER) & points.seen[:, k, None]
    return ~decided


def expected_errors(motion: Motion, points: Attached) -> Floats:
    """(T, 22) radians: the error that the network expects of its rotations, started from the
    motion's poses and shown its tracks; frames without any track are unsure throughout.

    points: the motion's tracks, frame for frame (`attach`).
    """
    unit = motion.body.height / default_body().height
    origin = np.median(motion.root, axis=0)
    seen = points.seen
    target = MarkerObservations(
        (motion.body.offsets / unit).astype(np.float32), points.joints,
        (points.offsets / unit).astype(np.float32),
        np.nan_to_num((points.positions - origin) / unit).astype(np.float32),
        seen.astype(np.float32),
    )  # fmt: skip
    start = PoseSequence(
        motion.rotations.astype(np.float32), ((motion.root - origin) / unit).astype(np.float32)
    )
    learned = run_steps(predict_steps(load_network(), start, target, motion.rate, _ROUNDS))
    expected = learned.sigma.astype(np.float64)
    blind = ~seen.any(axis=1)
    expected[blind] = np.maximum(expected[blind], _NEVER)
    return expected
