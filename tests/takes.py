# SPDX-License-Identifier: GPL-3.0-or-later
"""Small takes for the tests: someone who turns, bends the knees and waves."""

import numpy as np
from waving import waving_vectors

from lsmplify_core.body.body import Body, default_body
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.tracks.tracks import Tracks, checked_tracks


def waving(frames: int = 60, rate: float = 30.0, body: Body | None = None) -> Motion:
    """Smooth, plausible motion, Z up."""
    vectors, heading, root = waving_vectors(frames, rate)
    rotations = axis_angle_to_matrix(vectors)
    rotations[:, 0] = axis_angle_to_matrix(heading) @ rotation_x(90.0)
    return Motion(rotations, root, rate, body or default_body())


def points_of(motion: Motion, layout: str = "BODY_25") -> np.ndarray:
    """(T, K, 3) world positions of a layout's points; offsets grow with the body."""
    shown = load_layout(layout)
    size = motion.body.height / default_body().height
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    return attached_points(turned, placed, shown.joints, size * shown.offsets)


def tracks_of(motion: Motion, layout: str = "BODY_25") -> Tracks:
    """The same as tracks, in metres, Z up."""
    names = load_layout(layout).names
    return checked_tracks(points_of(motion, layout), names, motion.rate, "test")
