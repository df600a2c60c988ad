# SPDX-License-Identifier: GPL-3.0-or-later
"""Plug-in refinement with tracks whose places on the body are known already."""

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from ...body.body import default_body
from ...layouts.layout import Layout, keypoints_at
from ...layouts.matching import Match
from ...motion.motion import Motion
from ...pipeline import Progress
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from ...tracks.tracks import checked_tracks
from ..attached import Attached
from .plugin import refine_steps

_LEAST = 4
"""Tracks that a frame must show to be refined."""


def refined_beside(
    motion: Motion, points: Attached
) -> Generator[Progress, None, tuple[Motion, Floats]]:
    """Refine a motion from its tracks, frame for frame, on its own body.

    Returns the motion at full strength and (T, 22) radians, the error that the network expects,
    NaN where no tracks are. Frames before the first and after the last that show tracks stay as
    they are. Raises InputError where no frame shows enough.
    """
    sighted = np.flatnonzero(points.seen.sum(axis=1) >= _LEAST)
    if not len(sighted):
        raise InputError(f"{points.source}: shows no {_LEAST} tracks on any frame of the action")
    first, stop = int(sighted[0]), int(sighted[-1]) + 1
    part = motion.between(first, stop)
    tracks = checked_tracks(
        points.positions[first:stop], points.names, motion.rate, points.source, 1.0, "+z"
    )
    tracks = replace(tracks, unit_given=True, up_given=True)
    solution = yield from refine_steps(part, tracks, match=match_of(motion, points))
    rotations, root = motion.rotations.copy(), motion.root.copy()
    rotations[first:stop], root[first:stop] = solution.motion.rotations, solution.motion.root
    expected = np.full((motion.frames, solution.expected.shape[1]), np.nan)
    expected[first:stop] = solution.expected
    return replace(motion, rotations=rotations, root=root, track_error=None), expected


def match_of(motion: Motion, points: Attached) -> Match:
    """The tracks as a layout of their own, whose places are those already found."""
    size = motion.body.height / default_body().height
    keypoints = keypoints_at(points.names, points.joints, points.offsets / size)
    layout = Layout("own", keypoints)
    return Match(layout, tuple(range(len(keypoints))), 1.0, "places found before")
