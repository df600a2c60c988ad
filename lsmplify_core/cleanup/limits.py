# SPDX-License-Identifier: GPL-3.0-or-later
"""What a body can do, as soft limits; twist spread along limbs; calm where nobody looks.

The ranges are those of `anatomy.ranges`.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..anatomy.ranges import limits, past_ranges
from ..geometry.rotations import (
    axis_angle_to_matrix,
    continuous_quaternions,
    matrix_to_axis_angle,
    matrix_to_quaternion,
    quaternion_multiply,
    quaternion_to_matrix,
    slerp,
    swing_twist,
)
from ..geometry.skeleton import JOINT_INDEX, N_POSED
from ..ik.smoothing import gaussian_filter
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.errors import InputError

_TWISTED: Final = (("L_Shoulder", "L_Elbow"), ("R_Shoulder", "R_Elbow"), ("L_Elbow", "L_Wrist"),
                   ("R_Elbow", "R_Wrist"))  # fmt: skip


def within_limits(motion: Motion, strength: float = 1.0, margin: float = 10.0) -> Motion:
    """Rotations past their range are drawn back to it, the harder the further they are past.

    strength: 0 changes nothing, 1 leaves none further out than `margin` degrees. Rotations inside
    their ranges are bit-identical. Raises InputError for a strength that is not from 0 to 1.
    """
    _check("limits", strength)
    if strength == 0:
        return motion
    vectors = matrix_to_axis_angle(motion.rotations)
    low, high = limits()
    over = np.maximum(vectors - high, 0.0) - np.maximum(low - vectors, 0.0)
    soft = np.radians(margin)
    kept = soft * np.tanh(np.abs(over) / soft) * np.sign(over)
    drawn = vectors - strength * (over - kept)
    rotations = motion.rotations.copy()
    past = np.abs(over).max(axis=-1) > 0
    rotations[past] = axis_angle_to_matrix(drawn[past])
    return replace(motion, rotations=rotations, track_error=None)


def past_limits(motion: Motion) -> Floats:
    """(T, 24) degrees: how far each rotation is past its range, 0 inside."""
    return past_ranges(motion.rotations)


def spread_twist(motion: Motion, strength: float = 1.0) -> Motion:
    """Twist about the upper arm and the forearm shared between the joints at both ends of it.

    A joint's turn about the bone that leads to it looks the same to what hangs on it wherever along
    the bone it happens, so the twist of the elbow about the upper arm is shared with the shoulder,
    and that of the wrist about the forearm with the elbow; skin twists evenly. Positions and the
    hand's world rotation stay. strength: 1 shares half and half, 0 changes nothing.
    """
    _check("twist", strength)
    if strength == 0:
        return motion
    rotations = motion.rotations.copy()
    for upper, lower in _TWISTED:
        a, b = JOINT_INDEX[upper], JOINT_INDEX[lower]
        bone = motion.body.offsets[b] / np.linalg.norm(motion.body.offsets[b])
        q = matrix_to_quaternion(rotations[:, b])
        conjugate = q * np.array([1.0, -1.0, -1.0, -1.0])
        _, twist = swing_twist(conjugate, np.broadcast_to(bone, (len(q), 3)))
        twist = twist * np.array([1.0, -1.0, -1.0, -1.0])
        twist = continuous_quaternions(twist)
        none = np.zeros_like(twist)
        none[:, 0] = 1.0
        part = slerp(none, twist, np.full(len(q), 0.5 * strength))
        back = part * np.array([1.0, -1.0, -1.0, -1.0])
        rotations[:, a] = rotations[:, a] @ quaternion_to_matrix(part)
        rotations[:, b] = quaternion_to_matrix(quaternion_multiply(back, q))
    return replace(motion, rotations=rotations, track_error=None)


def smooth_unseen(
    motion: Motion,
    expected: Floats | None,
    seconds: float = 0.25,
    unsure: float = 20.0,
    undecided: NDArray[np.bool_] | None = None,
) -> Motion:
    """Rotations that nothing observes move calmly: wrists, head, whatever the network is unsure of.

    expected: (T, 22) radians, `Solution.expected`, None where nobody knows. A rotation is smoothed
    over `seconds` where more than `unsure` degrees are expected, not at all under half of that, and
    in between in part. undecided: (T, 22) rotations that are smoothed in any case
    (`confidence.undecided`).
    """
    share = np.zeros((motion.frames, N_POSED))
    for values in (expected, undecided):
        if values is not None and values.shape != share.shape:
            raise InputError(f"expected errors {values.shape} are not of {motion.frames} frames")
    if motion.frames < 3 or seconds <= 0:
        return motion
    if expected is not None:
        degrees = gaussian_filter(np.degrees(expected).astype(np.float64), seconds * motion.rate)
        share = np.clip(2.0 * degrees / unsure - 1.0, 0.0, 1.0)
    if undecided is not None:
        eased = gaussian_filter(undecided.astype(np.float64), 0.5 * seconds * motion.rate)
        share = np.maximum(share, np.clip(2.0 * eased - 1.0, 0.0, 1.0))
    joints = np.flatnonzero(share.max(axis=0) > 0)
    if not len(joints):
        return motion
    q = continuous_quaternions(matrix_to_quaternion(motion.rotations[:, joints]))
    calm = gaussian_filter(q.reshape(motion.frames, -1), seconds * motion.rate).reshape(q.shape)
    calm /= np.linalg.norm(calm, axis=-1, keepdims=True)
    rotations = motion.rotations.copy()
    mixed = quaternion_to_matrix(slerp(q, calm, share[:, joints]))
    changed = share[:, joints] > 0
    chosen = rotations[:, joints]
    chosen[changed] = mixed[changed]
    rotations[:, joints] = chosen
    return replace(motion, rotations=rotations, track_error=None)


def _check(what: str, strength: float) -> None:
    if not 0.0 <= strength <= 1.0:
        raise InputError(f"{what}: strength {strength} is not from 0 to 1")
