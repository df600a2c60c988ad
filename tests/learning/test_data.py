# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of clips before anything is learned from them, and how noisy lessons can be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor

from lsmplify_core.anatomy.palms import without_palm_rest
from lsmplify_core.anatomy.toes import FEET, extension, with_toes
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.learning.augment import Lesson, make_lesson
from lsmplify_core.learning.data import clips_of
from lsmplify_core.motion.anatomical import with_toes_by_rule
from lsmplify_core.motion.motion import Motion, save_motion


def _saved(folder: Path, name: str, motion: Motion) -> Path:
    path = folder / "lab" / name
    path.parent.mkdir(exist_ok=True)
    save_motion(motion, path)
    return path


def _backwards(motion: Motion) -> Motion:
    """Left elbows bent the wrong way, as a bad retargeting has them."""
    rotations = motion.rotations.copy()
    rotations[:, JOINT_INDEX["L_Elbow"]] = axis_angle_to_matrix(np.array([0.0, 1.6, 0.0]))
    return replace(motion, rotations=rotations)


def test_elbows_bent_backwards_are_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = strolling(70, 30.0, seed=1)
    files = [_saved(tmp_path, "good.npz", good), _saved(tmp_path, "bad.npz", _backwards(good))]
    clips = clips_of(files)
    assert clips.lengths.tolist() == [70]
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert "bad.npz: left out" in said
    assert "left elbow bends backwards" in said
    assert "good.npz" not in said


def test_toes_bent_at_rest_are_straight_in_the_clips(tmp_path: Path) -> None:
    motion = strolling(120, 30.0, seed=2)
    swing = np.radians(25.0) * np.maximum(np.sin(np.arange(120) / 5.0), 0.0)
    bend = np.stack((swing, swing), axis=1) - np.radians(30.0)
    crooked = replace(motion, rotations=with_toes(motion.rotations, bend))
    clips = clips_of([_saved(tmp_path, "crooked.npz", crooked)], anatomical=True)
    for _, ball in FEET:
        found = np.degrees(extension(clips.rotations[:, ball].numpy().astype(float)))
        assert abs(np.median(found)) < 0.1
        assert np.ptp(found) == pytest.approx(25.0, abs=0.5)


def test_palms_that_are_not_down_at_rest_are_turned_back_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    motion = strolling(70, 30.0, seed=5)
    forward = without_palm_rest(motion.rotations, motion.body.offsets, np.pi / 2)
    files = [
        _saved(tmp_path, "down.npz", motion),
        _saved(tmp_path, "forward.npz", replace(motion, rotations=forward)),
    ]
    down, turned = clips_of(files[:1]), clips_of(files[1:])
    np.testing.assert_allclose(turned.rotations.numpy(), down.rotations.numpy(), atol=1e-4)
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert "forward.npz: its palms are turned by -90° at rest" in said
    assert "down.npz" not in said


def test_toes_that_a_rig_lacks_bend_as_evaluation_bends_its_truths(tmp_path: Path) -> None:
    motion = strolling(70, 30.0, seed=6)
    rotations = motion.rotations.copy()
    rotations[:, [ball for _, ball in FEET]] = np.eye(3)
    rotations[:, JOINT_INDEX["L_Ankle"]] = axis_angle_to_matrix(np.array([0.5, 0.0, 0.0]))
    rigid = replace(motion, rotations=rotations)
    clips = clips_of([_saved(tmp_path, "rigid.npz", rigid)])
    truth = with_toes_by_rule(rigid).rotations
    expected = np.stack([extension(truth[:, ball]) for _, ball in FEET], axis=1)
    assert np.degrees(expected.max()) > 5.0
    np.testing.assert_allclose(clips.toes.numpy(), expected, atol=1e-4)


def test_rotations_are_as_the_file_has_them_or_in_the_convention(tmp_path: Path) -> None:
    motion = strolling(60, 30.0, seed=4)
    wrist = JOINT_INDEX["L_Wrist"]
    rotations = motion.rotations.copy()
    rotations[:, wrist] = axis_angle_to_matrix(np.array([0.8, 0.0, 0.0]))  # turned about itself
    file = _saved(tmp_path, "turned.npz", replace(motion, rotations=rotations))
    as_it_is, changed = clips_of([file]), clips_of([file], anatomical=True)
    kept = rotations[:, :22].astype(np.float32)
    np.testing.assert_allclose(as_it_is.rotations.numpy(), kept, atol=1e-5)
    share = np.degrees(angle_between(changed.rotations[:, wrist].numpy(), np.eye(3)))
    assert share.mean() < 30.0  # the forearm takes a part of the wrist's 46 degrees


def _windows() -> tuple[Tensor, Tensor]:
    rotations = strolling(24, 15.0, seed=3).rotations[None, :, :22].repeat(64, 0)
    return torch.from_numpy(rotations.astype(np.float32)), torch.ones(64, 22)


def test_a_share_of_the_windows_is_noisy_and_gappy() -> None:
    windows, trust = _windows()
    plain, noisy = (
        make_lesson(windows, trust, np.random.default_rng(7), share) for share in (0.0, 1.0)
    )
    assert torch.equal(plain.truth.rotations, noisy.truth.rotations)
    missing = [1.0 - float((lesson.target.weights > 0).float().mean()) for lesson in (plain, noisy)]
    assert missing[1] > missing[0] + 0.08
    assert int((noisy.target.weights > 0).sum(dim=1).min()) >= 6

    def trembling(lesson: Lesson) -> float:
        points = lesson.target.points.reshape(64, 24, -1, 3)
        return float(torch.diff(points, n=4, dim=1).abs().median()) / (0.6745 * 70**0.5)

    assert 0.006 < trembling(noisy) < 0.014
    assert trembling(plain) < 0.6 * trembling(noisy)
