# SPDX-License-Identifier: GPL-3.0-or-later
"""A rigid fit of the resting torso finds which way the person is turned, upside down too."""

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations, PoseSequence
from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import N_JOINTS
from lsmplify_core.ik.root_alignment import align_root, torso_weights
from lsmplify_core.layouts.layout import load_layout


def test_limbs_hardly_count() -> None:
    layout = load_layout("BODY_25")
    trust = dict(zip(layout.names, torso_weights(layout.joints, layout.offsets), strict=True))
    assert trust["MidHip"] == trust["LHip"] == trust["RShoulder"] == trust["Neck"] == 1.0
    assert max(trust["LKnee"], trust["RWrist"], trust["LHeel"], trust["Nose"]) < 0.1


def test_finds_any_heading_of_a_person_with_bent_limbs() -> None:
    random = np.random.default_rng(0)
    frames = 40
    vectors = np.zeros((frames, N_JOINTS, 3))
    vectors[:, [1, 2, 4, 5, 16, 17, 18, 19]] = random.standard_normal((frames, 8, 3))
    rotations = axis_angle_to_matrix(vectors)
    rotations[:, 0] = axis_angle_to_matrix(2.0 * random.standard_normal((frames, 3)))
    truth = PoseSequence(rotations, 5.0 * random.standard_normal((frames, 3)))
    layout, bones = load_layout("BODY_25"), default_body().offsets
    turned, placed = forward(truth.rotations, bones, truth.root)
    points = attached_points(turned, placed, layout.joints, layout.offsets)
    target = MarkerObservations(
        bones, layout.joints, layout.offsets, points, np.ones(points.shape[:2])
    )
    found = align_root(np.broadcast_to(np.eye(3), (1, N_JOINTS, 3, 3)), target)
    assert np.degrees(angle_between(found.rotations[:, 0], truth.rotations[:, 0])).max() < 10.0
    assert np.linalg.norm(found.root - truth.root, axis=1).max() < 0.05


def test_single_precision_stays_single_through_a_round() -> None:
    """Twice the bytes are half the speed: nothing on the way may turn a take to doubles."""
    from takes import points_of, waving

    from lsmplify_core.ik.learned.features import features
    from lsmplify_core.ik.learned.network import load_network
    from lsmplify_core.ik.learned.predictor import predict_steps
    from lsmplify_core.runtime.progress import run_steps

    motion, layout = waving(30), load_layout("BODY_25")
    points = points_of(motion).astype(np.float32)
    target = MarkerObservations(
        motion.body.offsets.astype(np.float32),
        layout.joints,
        layout.offsets.astype(np.float32),
        points,
        np.ones(points.shape[:2], np.float32),
    )
    rest = np.broadcast_to(np.eye(3, dtype=np.float32), (1, N_JOINTS, 3, 3))
    start = align_root(rest, target)
    assert start.rotations.dtype == start.root.dtype == np.float32
    assert features(start, target).dtype == np.float32
    learned = run_steps(predict_steps(load_network(), start, target, 30.0))
    for state in (learned.poses, learned.refined):
        assert state.rotations.dtype == state.root.dtype == np.float32
