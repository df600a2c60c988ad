# SPDX-License-Identifier: GPL-3.0-or-later
"""The denoiser's takes and lessons: the same for a number, mirrored as the world would be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from random_poses import random_state, target_of  # noqa: E402

from lsmplify_core.body.markers import PoseSequence  # noqa: E402
from lsmplify_core.evaluation.synthetic import strolling  # noqa: E402
from lsmplify_core.geometry.skeleton import MIRROR  # noqa: E402
from lsmplify_core.ik.learned.denoiser import N_INPUTS, denoiser_inputs  # noqa: E402
from lsmplify_core.ik.learned.network import load_network  # noqa: E402
from lsmplify_core.learning import running  # noqa: E402
from lsmplify_core.learning.data import VALIDATION, Clips, load_clips  # noqa: E402
from lsmplify_core.learning.denoising.lessons import draw_windows, mirror_image  # noqa: E402
from lsmplify_core.learning.denoising.takes import make_takes, read_takes  # noqa: E402
from lsmplify_core.learning.denoising.train import DenoiserSettings  # noqa: E402
from lsmplify_core.motion.motion import save_motion  # noqa: E402
from lsmplify_core.runtime.errors import InputError  # noqa: E402

SMALL = DenoiserSettings(takes=2, steps=4, frames=48, lengths=(24,), width=16, dilations=(1, 2))
FLIP = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A clip to learn from and one that is kept apart."""
    folder = tmp_path_factory.mktemp("motion")
    for i, name in enumerate(("stroll/one", f"{VALIDATION[0]}01")):
        (folder / name).parent.mkdir(exist_ok=True)
        save_motion(strolling(50, 30.0, i), folder / f"{name}.npz")
    return folder


@pytest.fixture(scope="module")
def clips(data: Path) -> Clips:
    return load_clips(data)


def test_a_mirrored_window_is_what_the_mirrored_world_shows() -> None:
    random = np.random.default_rng(0)
    poses, prior = random_state(6, random), random_state(6, random)
    target = target_of(poses, random)
    bones = 0.5 * (target.bones + target.bones[list(MIRROR)] * FLIP)
    target = replace(target, bones=bones)
    sigma = random.uniform(0.05, 0.2, (6, 22))
    seconds = np.arange(6) / 30.0
    inputs = denoiser_inputs(poses, target, prior, sigma, 0.01, seconds).T

    def mirrored(state: PoseSequence) -> PoseSequence:
        turned = state.rotations[:, list(MIRROR)] * np.outer(FLIP, FLIP)
        return PoseSequence(turned, state.root * FLIP)

    other = replace(
        target, bones=bones, joints=np.array(MIRROR)[target.joints],
        offsets=target.offsets * FLIP, points=target.points * FLIP,
    )  # fmt: skip
    expected = denoiser_inputs(
        mirrored(poses), other, mirrored(prior), sigma[:, list(MIRROR[:22])], 0.01, seconds
    )
    window = (
        inputs,
        poses.rotations[:, :22],
        poses.root,
        poses.rotations[:, :22],
        poses.root,
        bones,
    )
    found = mirror_image(window)
    np.testing.assert_allclose(found[0], expected.T, atol=2e-4)
    np.testing.assert_allclose(found[1], mirrored(poses).rotations[:, :22], atol=1e-6)


def test_a_take_is_the_same_for_its_number_and_is_made_once(clips: Clips, tmp_path: Path) -> None:
    make_takes(clips, 1, range(2), tmp_path / "a")
    make_takes(clips, 1, [1], tmp_path / "b")
    one, other = read_takes(tmp_path / "a", [1]), read_takes(tmp_path / "b", [1])
    np.testing.assert_array_equal(one[0].inputs, other[0].inputs)
    np.testing.assert_array_equal(one[0].truth, other[0].truth)
    before = (tmp_path / "a" / "00001.npz").stat().st_mtime_ns
    make_takes(clips, 1, range(2), tmp_path / "a")
    assert (tmp_path / "a" / "00001.npz").stat().st_mtime_ns == before


def test_windows_of_short_takes_hold_their_last_frame(clips: Clips, tmp_path: Path) -> None:
    make_takes(clips, 1, range(2), tmp_path)
    takes = read_takes(tmp_path, range(2))
    drawn = draw_windows(takes, 5, 96, np.random.default_rng(0))
    assert drawn.inputs.shape == (5, 96, N_INPUTS)
    assert torch.isfinite(drawn.inputs).all()


def test_trained_from_one_command_and_resumed(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "denoiser.npz"
    options = running.Options("cpu", checkpoint_every=2, validate_every=0)
    running.train_network("denoiser", [SMALL], data, out, options)
    network = load_network(out)
    assert network.dilations == (1, 2)
    assert network(np.zeros((1, 4, N_INPUTS), np.float32)).shape == (1, 4, 157)
    before = out.stat().st_mtime_ns
    running.train_network("denoiser", [SMALL], data, out, replace(options, resume=True))
    assert out.stat().st_mtime_ns == before


def test_takes_that_other_weights_solved_are_not_learned_from(clips: Clips, tmp_path: Path) -> None:
    make_takes(clips, 1, [], tmp_path)
    make_takes(clips, 1, [], tmp_path)
    (tmp_path / "weights.sha256").write_text("0" * 64, "ascii")
    with pytest.raises(InputError, match="solved with other weights; delete the folder"):
        make_takes(clips, 1, [], tmp_path)
