# SPDX-License-Identifier: GPL-3.0-or-later
"""The iterative baseline: its body is ours in SMPL's format, and it does fit keypoints."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from takes import waving

from lsmplify_core.body.body import REGION_NAMES, Body, default_body, region_scales
from lsmplify_core.evaluation.clips import Clip
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.takes import Take, disturbed, keypoints, make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.errors import InputError

pytest.importorskip("smplx", reason="smplx is not installed: pip install -e .[learning]")

from lsmplify_core.learning.smplify import method
from lsmplify_core.learning.smplify.model import N_VERTICES, shaped, smpl_layer
from lsmplify_core.learning.smplify.prior import FILE, PosePrior, factored, fit_prior
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


def test_prior_is_small_and_prefers_poses_like_those_it_was_fitted_on() -> None:
    prior, generator = PosePrior(), torch.Generator().manual_seed(0)
    assert prior(prior.means[0]) < prior(2 * torch.randn(63, generator=generator))
    assert FILE.stat().st_size < 12_000


def test_factors_and_spread_make_up_the_covariance() -> None:
    random = np.random.default_rng(0)
    truth = random.standard_normal((10, 2))
    covariance = truth @ truth.T + np.diag(random.uniform(0.5, 1.0, 10))
    factors, spread = factored(covariance, 2)
    np.testing.assert_allclose(factors @ factors.T + np.diag(spread**2), covariance, atol=0.02)


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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Iterations enough for a person who hardly moves."""
    monkeypatch.setattr(method, "PUBLISHED", Schedule(3, 12))
    monkeypatch.setattr(method, "SKELETON", Schedule(3, 20))


def take_of(frames: int, body: Body | None = None) -> Take:
    """A short take of someone who waves."""
    return make_take(Clip("waving", waving(frames, body=body), 1), LAYOUT)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", ["smplify", "smplify-skeleton"])
def test_methods_are_there_by_name_and_answer(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both, from points alone; smplx's own remarks don't reach the user."""
    take = take_of(2)
    answer = find_method(name)(take)
    assert answer.motion.frames == 2
    assert np.linalg.norm(answer.points - take.points, axis=-1).mean() < 0.06
    assert capsys.readouterr().out == ""


def test_size_of_the_person_is_found_by_the_first_frames_betas() -> None:
    big = Body(1.15 * BODY.rest_joints)
    answer = find_method("smplify-skeleton")(take_of(2, big))
    assert 1.08 < answer.motion.body.height / BODY.height < 1.2


@pytest.mark.usefixtures("quick")
def test_every_frame_starts_from_its_given_pose_and_keeps_the_given_body() -> None:
    """As in the protocols plugin and pairs."""
    take = take_of(3)
    start = replace(disturbed(take.truth, 1), body=Body(1.01 * BODY.rest_joints))
    answer = find_method("smplify-skeleton")(replace(take, start=start))
    np.testing.assert_allclose(answer.motion.body.rest_joints, start.body.rest_joints, atol=1e-6)
    before, after = (
        np.linalg.norm(p - take.points, axis=-1).mean()
        for p in (keypoints(start, LAYOUT), answer.points)
    )
    assert after < 0.6 * before


@pytest.mark.usefixtures("quick")
def test_a_first_frame_without_points_is_placed_by_the_next() -> None:
    take = take_of(3)
    points = take.points.copy()
    points[0] = np.nan
    answer = find_method("smplify-skeleton")(
        replace(take, tracks=replace(take.tracks, positions=points))
    )
    assert np.linalg.norm(answer.motion.root - take.truth.root, axis=-1).max() < 0.1


@pytest.mark.parametrize("name", ["smplify", "smplify-skeleton"])
def test_without_smplx_one_line_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in list(sys.modules):
        if module.startswith("lsmplify_core.learning.smplify"):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "smplx", None)
    with pytest.raises(InputError, match=r"pip install -e \.\[learning\]") as error:
        find_method(name)
    assert "\n" not in str(error.value)
