# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion from elsewhere brought to the tracks: the paper's plug-in use, and how much of it.

The learned solver starts from the given pose of every frame, whoever estimated or animated it.
"""

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from ...body.body import Body
from ...geometry.rotations import matrix_to_quaternion, quaternion_to_matrix, slerp
from ...ik.fit_problem import SolveSettings
from ...layouts.matching import Match
from ...motion.motion import Motion
from ...pipeline import Progress, Solution, solve_steps
from ...runtime.errors import InputError
from ...tracks.tracks import Tracks


def refine_steps(
    motion: Motion,
    tracks: Tracks,
    *,
    layout: str = "auto",
    match: Match | None = None,
    settings: SolveSettings | None = None,
    keep_body: bool = True,
) -> Generator[Progress, None, Solution]:
    """Solve the tracks from the motion's poses; the result goes into `blended`.

    motion and tracks: frame for frame, at one rate. keep_body: the motion's proportions are kept
    (an armature that exists); else they are calibrated on the take. Raises InputError.
    """
    body: Body | None = motion.body if keep_body else None
    return (
        yield from solve_steps(
            tracks, match=match, layout=layout, body=body, init=motion, settings=settings
        )
    )


def blended(before: Motion, after: Motion, strength: float) -> Motion:
    """`before` turned towards `after` by the share `strength`, 0 to 1, joint by joint (slerp).

    0 gives `before` itself, 1 `after` itself, number for number. Both have the same frames.
    Track errors are left out between the two, where nobody measured them.
    """
    if not 0.0 <= strength <= 1.0:
        raise InputError(f"strength {strength} is not from 0 to 1")
    if before.frames != after.frames:
        raise InputError(f"{before.frames} and {after.frames} frames cannot be blended")
    if strength == 0.0:
        return before
    if strength == 1.0:
        return after
    a, b = matrix_to_quaternion(before.rotations), matrix_to_quaternion(after.rotations)
    turned = slerp(a, b, np.full(a.shape[:-1], strength))
    root = before.root + strength * (after.root - before.root)
    rotations = quaternion_to_matrix(turned)
    return replace(before, rotations=rotations, root=root, track_error=None)
