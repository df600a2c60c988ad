# SPDX-License-Identifier: GPL-3.0-or-later
"""The body that the verdict looks at is the motion's, chunk by chunk."""

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import Motion
from lsmplify_core.verdict import posed_body
from lsmplify_core.verdict.evidence import Evidence


@pytest.mark.parametrize("chunk", [4, 1024])
def test_joints_and_facings_are_those_of_forward_kinematics(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posed_body, "CHUNK", chunk)
    random = np.random.default_rng(2)
    rotations = axis_angle_to_matrix(0.5 * random.standard_normal((11, 24, 3)))
    motion = Motion(rotations, random.standard_normal((11, 3)), 60.0, default_body())
    evidence = Evidence(motion)
    turned, placed = forward(rotations, motion.body.offsets, motion.root)
    np.testing.assert_allclose(evidence.places, placed, atol=1e-12)
    body = evidence.body
    for own, name in ((body.pelvis, "Pelvis"), (body.chest, "Spine3"), (body.head, "Head")):
        expected = turned[:, JOINT_INDEX[name]].transpose(1, 2, 0)
        np.testing.assert_allclose(own, expected, atol=1e-12)
    np.testing.assert_allclose(body.ahead, turned[:, 0, :, 2].T, atol=1e-12)


def test_lengths_and_directions() -> None:
    vectors = np.array([[3.0, 0.0], [0.0, 0.0], [4.0, 0.1]])
    np.testing.assert_allclose(posed_body.length(vectors), [5.0, 0.1])
    np.testing.assert_allclose(posed_body.directions(vectors, 0.2)[:, 1], [0, 0, 0.5])
    np.testing.assert_allclose(posed_body.dot(vectors, vectors), [25.0, 0.01])
