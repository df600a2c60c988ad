# SPDX-License-Identifier: GPL-3.0-or-later
"""The iterative baseline: its body is ours in SMPL's format, and it does fit keypoints."""

import numpy as np
import pytest
import torch
from takes import waving

from lsmplify_core.body import REGION_NAMES, default_body, region_scales
from lsmplify_core.evaluation.clips import Clip
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.takes import keypoints, make_take
from lsmplify_core.layout import load_layout

pytest.importorskip("smplx", reason="smplx is not installed: pip install -e .[learning]")

from lsmplify_core.learning.smplify.model import N_VERTICES, shaped, smpl_layer
from lsmplify_core.learning.smplify.prior import PosePrior, fit_prior
from lsmplify_core.learning.smplify.solve import (
    Schedule,
    mesh_skin,
    rest_pose,
    skeleton_skin,
    smplify,
)

LAYOUT = load_layout("BODY_25")
BODY = default_body()


def test_layer_has_smpls_size_and_our_joints() -> None:
    layer = smpl_layer(BODY, LAYOUT)
    assert layer.v_template.shape == (N_VERTICES, 3)
    joints = layer(
        betas=torch.zeros(1, 10), global_orient=torch.zeros(1, 3), body_pose=torch.zeros(1, 69)
    ).joints[0, :24]
    assert np.allclose(joints.numpy(), BODY.rest_joints, atol=1e-5)


def test_mesh_and_skeleton_show_the_same_keypoints() -> None:
    """Through smplx and through our kinematics, posed and with betas."""
    random = torch.Generator().manual_seed(0)
    turn, pose, betas, place = (0.4 * torch.randn(n, generator=random) for n in (3, 63, 10, 3))
    mesh = mesh_skin(smpl_layer(BODY, LAYOUT), LAYOUT)(turn, pose, betas, place)
    bones = skeleton_skin(shaped(BODY, LAYOUT), LAYOUT)(turn, pose, betas, place)
    assert torch.allclose(mesh, bones, atol=2e-4)


def test_betas_are_sizes_of_regions() -> None:
    shape = shaped(BODY, LAYOUT)
    grown = shape.body(np.eye(10)[6 + 1])
    factors = [1.05 if name == "thighs" else 1.0 for name in REGION_NAMES]
    wanted = BODY.scaled(region_scales(np.array(factors)))
    assert np.allclose(grown.offsets, wanted.offsets, atol=1e-9)


def test_prior_prefers_poses_like_those_it_was_fitted_on() -> None:
    prior, generator = PosePrior(), torch.Generator().manual_seed(0)
    assert prior(prior.means[0]) < prior(2 * torch.randn(63, generator=generator))


def test_prior_finds_the_groups_of_poses() -> None:
    random = np.random.default_rng(0)
    centres = 5 * random.standard_normal((8, 4))
    poses = np.concatenate([c + 0.1 * random.standard_normal((50, 4)) for c in centres])
    means, covariances, weights = fit_prior(poses, random)
    apart = np.linalg.norm(poses[:, None] - means, axis=-1).min(axis=1)
    assert np.median(apart) < 0.5
    assert covariances.shape == (8, 4, 4)
    assert weights.sum() == pytest.approx(1)


def test_optimiser_brings_keypoints_near_and_starts_from_the_frame_before() -> None:
    truth = waving(3)
    points = keypoints(truth, LAYOUT)
    points[1, 4] = np.nan
    skin = skeleton_skin(shaped(BODY, LAYOUT), LAYOUT)
    start = rest_pose(torch.zeros(3), torch.from_numpy(truth.root[0]).float())
    asked: list[int] = []

    def starts(frame: int) -> object:
        asked.append(frame)
        return start if frame == 0 else None

    poses, betas = smplify(skin, points, starts, Schedule(10, 40), shape=False)  # type: ignore[arg-type]
    assert asked == [0, 1, 2]
    assert torch.equal(betas, torch.zeros(10))
    found = skin(poses[2].turn, poses[2].pose, betas, poses[2].place).numpy()
    assert np.linalg.norm(found - points[2], axis=-1).mean() < 0.03


def test_method_is_there_by_name_and_answers() -> None:
    clip = Clip("waving", waving(2), 1)
    answer = find_method("smplify-skeleton")(make_take(clip, LAYOUT))
    assert answer.motion.frames == 2
    assert answer.points.shape == (2, 25, 3)
    apart = np.linalg.norm(answer.points - keypoints(clip.motion, LAYOUT), axis=-1)
    assert apart.mean() < 0.05
