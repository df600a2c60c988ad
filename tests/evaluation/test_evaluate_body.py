# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify evaluate --body`: the clips' people are a model file's, and PVE is of its mesh."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from smpl_files import model, save_npz

from lsmplify_core.body.smpl_file import SmplFile, load_smpl_file
from lsmplify_core.cli.main import main
from lsmplify_core.evaluation.answers import Answer
from lsmplify_core.evaluation.clips import load_clip
from lsmplify_core.evaluation.metrics import mpjpe
from lsmplify_core.evaluation.scores import score
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import keypoints, make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import save_motion

LAYOUT = load_layout("BODY_25")
BETAS = np.array([0.5, -1.0, 0.3, 0.8, 0.0, -0.4, 0.2, 0.0, 1.1, -0.6])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip with betas as AMASS has it, without our rest joints; a model file beside it."""
    folder = tmp_path_factory.mktemp("data")
    save_motion(replace(strolling(30, 30.0), betas=BETAS), folder / "whole.npz")
    with np.load(folder / "whole.npz") as data:
        arrays = {key: data[key] for key in ("poses", "trans", "betas", "mocap_framerate")}
    (folder / "clips").mkdir()
    np.savez(folder / "clips" / "a.npz", **arrays)
    save_npz(folder / "SMPL_NEUTRAL.npz", model())
    return folder


@pytest.fixture(scope="module")
def smpl(folder: Path) -> SmplFile:
    return load_smpl_file(folder / "SMPL_NEUTRAL.npz")


def test_clips_become_people_of_the_file_by_their_betas(folder: Path, smpl: SmplFile) -> None:
    file = folder / "clips" / "a.npz"
    clip = load_clip(file, folder, None, 0.0, smpl)
    assert np.allclose(clip.motion.body.rest_joints, smpl.body(BETAS).rest_joints, atol=1e-6)
    with np.load(file) as data:
        there = data["trans"] + smpl.body(BETAS).rest_joints[0]
    assert np.allclose(clip.motion.root, there, atol=1e-5)
    other = load_clip(file, folder, None, 1.0, smpl)
    assert other.motion.betas is not None
    assert np.abs(other.motion.betas - BETAS).mean() > 0.2
    assert np.allclose(other.motion.body.rest_joints, smpl.body(other.motion.betas).rest_joints)


def test_pve_is_measured_on_the_files_mesh(folder: Path, smpl: SmplFile) -> None:
    """The naive distance of smplx-like meshes, and nothing but what betas and pose do to them."""
    take = make_take(load_clip(folder / "clips" / "a.npz", folder, None, 0.0, smpl), LAYOUT)
    truth = take.truth
    assert truth.betas is not None
    points = keypoints(truth, LAYOUT)
    assert score(take, Answer(truth, points, 1.0)).pve.max() == 0
    for betas, known in ((BETAS + 0.5, True), (BETAS + 0.5, False)):
        body = smpl.body(betas)
        answer = replace(truth, body=body, betas=betas if known else None)
        used = betas if known else smpl.nearest_betas(body)
        a = smpl.posed_vertices(answer.rotations, answer.root, used) - answer.root[:, None]
        b = smpl.posed_vertices(truth.rotations, truth.root, truth.betas) - truth.root[:, None]
        naive = 1000 * np.sqrt(np.square(a - b).sum(axis=-1)).mean(axis=1)
        found = score(take, Answer(answer, points, 1.0), "source")
        assert np.allclose(found.pve, naive)
        assert np.allclose(found.mpjpe, mpjpe(answer.joints(), truth.joints()))


def test_the_command_solves_on_the_file_and_measures_its_mesh(folder: Path, tmp_path: Path) -> None:
    words = ["evaluate", "--data", str(folder / "clips"), "--layout", "CMU_41",
             "--body", str(folder / "SMPL_NEUTRAL.npz")]  # fmt: skip
    assert main([*words, "--json", str(tmp_path / "a.json")]) == 0
    assert main([*words, "--known-body", "--json", str(tmp_path / "b.json")]) == 0
    (found,), (known,) = (json.loads((tmp_path / f"{n}.json").read_text()) for n in "ab")
    assert 0 < found["pve_mm"] < 80
    assert 0 < known["pve_mm"] < found["pve_mm"]


def test_bad_files_are_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    words = ["evaluate", "--data", str(folder / "clips"), "--body", str(tmp_path / "x.pkl")]
    assert main(words) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert "x.pkl" in lines[0]
    assert main([*words[:-1], str(folder / "SMPL_NEUTRAL.npz"), "--proportions", "9"]) == 2
