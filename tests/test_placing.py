# SPDX-License-Identifier: GPL-3.0-or-later
"""A rigid fit of the resting torso finds which way the person is turned, upside down too."""

import numpy as np

from lsmplify_core.attachments import State, Target
from lsmplify_core.body import default_body
from lsmplify_core.joints import N_JOINTS
from lsmplify_core.kinematics import attached_points, forward
from lsmplify_core.layout import load_layout
from lsmplify_core.placing import place, torso_trust
from lsmplify_core.rotations import angle_between, axis_angle_to_matrix


def test_limbs_hardly_count() -> None:
    layout = load_layout("BODY_25")
    trust = dict(zip(layout.names, torso_trust(layout.joints, layout.offsets), strict=True))
    assert trust["MidHip"] == trust["LHip"] == trust["RShoulder"] == trust["Neck"] == 1.0
    assert max(trust["LKnee"], trust["RWrist"], trust["LHeel"], trust["Nose"]) < 0.1


def test_finds_any_heading_of_a_person_with_bent_limbs() -> None:
    random = np.random.default_rng(0)
    frames = 40
    vectors = np.zeros((frames, N_JOINTS, 3))
    vectors[:, [1, 2, 4, 5, 16, 17, 18, 19]] = random.standard_normal((frames, 8, 3))
    rotations = axis_angle_to_matrix(vectors)
    rotations[:, 0] = axis_angle_to_matrix(2.0 * random.standard_normal((frames, 3)))
    truth = State(rotations, 5.0 * random.standard_normal((frames, 3)))
    layout, bones = load_layout("BODY_25"), default_body().offsets
    turned, placed = forward(truth.rotations, bones, truth.root)
    points = attached_points(turned, placed, layout.joints, layout.offsets)
    target = Target(bones, layout.joints, layout.offsets, points, np.ones(points.shape[:2]))
    found = place(np.broadcast_to(np.eye(3), (1, N_JOINTS, 3, 3)), target)
    assert np.degrees(angle_between(found.rotations[:, 0], truth.rotations[:, 0])).max() < 10.0
    assert np.linalg.norm(found.root - truth.root, axis=1).max() < 0.05
