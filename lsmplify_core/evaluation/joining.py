# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips joined into one long motion, as a take that nobody interrupted."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.rotations import matrix_to_quaternion, quaternion_to_matrix, slerp
from ..geometry.skeleton import N_JOINTS
from ..motion.motion import Motion
from ..runtime.array_types import Floats

_SEAM: Final = 0.5
"""Seconds that going over from one clip to the next takes at least."""
_SPEED: Final = 2.0
"""Metres per second that the root moves at most meanwhile."""


def joined(motions: list[Motion]) -> tuple[Motion, NDArray[np.bool_]]:
    """Motions of one body and rate after one another, and which frames (T,) are seams.

    Over a seam every joint turns, and the root moves, from the last frame of one motion to the
    first of the next: slowly at both ends, every rotation the short way.
    """
    first = motions[0]
    rotations, roots, seams = [first.rotations], [first.root], [np.zeros(first.frames, bool)]
    for before, after in pairwise(motions):
        turned, moved = _seam(before, after)
        rotations += [turned, after.rotations]
        roots += [moved, after.root]
        seams += [np.ones(len(moved), bool), np.zeros(after.frames, bool)]
    whole = replace(
        first, rotations=np.concatenate(rotations), root=np.concatenate(roots), track_error=None
    )
    return whole, np.concatenate(seams)


def _seam(before: Motion, after: Motion) -> tuple[Floats, Floats]:
    """(S, 24, 3, 3) and (S, 3) between the last frame of one and the first of the other."""
    way = after.root[0] - before.root[-1]
    # a cosine's fastest moment is pi / 2 times its mean
    seconds = max(_SEAM, 0.5 * np.pi * float(np.linalg.norm(way)) / _SPEED)
    count = max(round(seconds * before.rate), 1)
    share = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, count + 1) / (count + 1))
    shape = (count, N_JOINTS, 4)
    a = np.broadcast_to(matrix_to_quaternion(before.rotations[-1]), shape)
    b = np.broadcast_to(matrix_to_quaternion(after.rotations[0]), shape)
    turned = slerp(a, b, np.broadcast_to(share[:, None], shape[:2]))
    return quaternion_to_matrix(turned), before.root[-1] + share[:, None] * way
