# SPDX-License-Identifier: GPL-3.0-or-later
"""Points on the default body, seen where its poses have them."""

from collections.abc import Sequence

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.refinement.gauss_newton import MarkerObservations, PoseSequence


def observations(
    poses: PoseSequence, joints: Sequence[str], offsets: Sequence[Sequence[float]]
) -> MarkerObservations:
    """Points at offsets (K, 3) metres in the frames of joints, seen in every frame."""
    bones = default_body().offsets
    which, where = np.array([JOINT_INDEX[n] for n in joints]), np.array(offsets, float)
    turned, placed = forward(poses.rotations, bones, poses.root)
    points = np.array(attached_points(turned, placed, which, where))
    return MarkerObservations(bones, which, where, points, np.ones(points.shape[:2]))
