# SPDX-License-Identifier: GPL-3.0-or-later
"""Small takes for the tests: someone who turns, bends the knees and waves."""

import numpy as np

from lsmplify_core.body.body import Body, default_body
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.tracks.tracks import Tracks, checked_tracks


def waving(frames: int = 60, rate: float = 30.0, body: Body | None = None) -> Motion:
    """Smooth, plausible motion, Z up."""
    time = np.arange(frames) / rate
    vectors = np.zeros((frames, 24, 3))
    for joint, axis, size, speed in (
        (1, 0, -0.5, 2.0), (2, 0, -0.4, 2.5), (4, 0, 0.8, 2.0), (5, 0, 0.7, 2.5), (3, 1, 0.2, 1.0),
        (16, 2, -1.0, 1.0), (17, 2, 0.9, 1.5), (18, 1, -0.8, 3.0), (19, 1, 0.7, 2.0),
        (15, 1, 0.3, 1.0),
    ):  # fmt: skip
        vectors[:, joint, axis] = size * (0.6 + 0.4 * np.sin(speed * time))
    rotations = axis_angle_to_matrix(vectors)
    heading = np.zeros((frames, 3))
    heading[:, 2] = 0.5 * time
    rotations[:, 0] = axis_angle_to_matrix(heading) @ rotation_x(90.0)
    root = np.stack((0.3 * time, 0.1 * np.sin(time), 0.92 + 0.02 * np.sin(4 * time)), axis=1)
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
