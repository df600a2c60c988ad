# SPDX-License-Identifier: GPL-3.0-or-later
"""Random poses and the points that show them, for the tests of the solver's parts."""

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import N_JOINTS, N_POSED


def random_state(frames: int, random: np.random.Generator, size: float = 0.4) -> PoseSequence:
    vectors = size * random.standard_normal((frames, N_JOINTS, 3))
    vectors[:, N_POSED:] = 0.0
    return PoseSequence(axis_angle_to_matrix(vectors), random.standard_normal((frames, 3)))


def target_of(
    state: PoseSequence, random: np.random.Generator, points: int = 60
) -> MarkerObservations:
    """Points all over the body, as `state` shows them, a tenth of them unseen."""
    joints = np.arange(points) % N_JOINTS
    offsets = 0.08 * random.standard_normal((points, 3))
    bones = default_body().offsets
    turned, placed = forward(state.rotations, bones, state.root)
    seen = (random.random((len(state.root), points)) > 0.1).astype(float)
    return MarkerObservations(
        bones, joints, offsets, attached_points(turned, placed, joints, offsets), seen
    )
