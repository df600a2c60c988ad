# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who turns, bends the knees and waves, as numbers alone: the core's tests and the
add-on's, which load the core under another name, make motions of it."""

import numpy as np


def waving_vectors(frames: int, rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Smooth, plausible, Z up: (T, 24, 3) local rotation vectors, (T, 3) the heading's, (T, 3) the
    root's places in metres."""
    time = np.arange(frames) / rate
    vectors = np.zeros((frames, 24, 3))
    for joint, axis, size, speed in (
        (1, 0, -0.5, 2.0), (2, 0, -0.4, 2.5), (4, 0, 0.8, 2.0), (5, 0, 0.7, 2.5), (3, 1, 0.2, 1.0),
        (16, 2, -1.0, 1.0), (17, 2, 0.9, 1.5), (18, 1, -0.8, 3.0), (19, 1, 0.7, 2.0),
        (15, 1, 0.3, 1.0),
    ):  # fmt: skip
        vectors[:, joint, axis] = size * (0.6 + 0.4 * np.sin(speed * time))
    heading = np.zeros((frames, 3))
    heading[:, 2] = 0.5 * time
    root = np.stack((0.3 * time, 0.1 * np.sin(time), 0.92 + 0.02 * np.sin(4 * time)), axis=1)
    return vectors, heading, root
