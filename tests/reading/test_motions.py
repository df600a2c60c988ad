# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of motions to clean up, and how unsure the network is of them."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.cleanup.attached import attach
from lsmplify_core.cleanup.confidence import expected_errors
from lsmplify_core.cli.main import main
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.motion.motion import load_motion, save_motion
from lsmplify_core.reading.motions import read_motions
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.workflows.motion_file import one_of

MOTION = waving(60)
LOOKED_AT, HIDDEN = JOINT_INDEX["L_Hip"], JOINT_INDEX["L_Wrist"]


def film(path: Path, people: int) -> Path:
    """An estimator's pickle in a camera's world, where Y points down."""
    pose = np.zeros((12, 72))
    pose[:, 0] = np.pi
    person = {"pose": pose, "trans": np.zeros((12, 3)), "betas": np.zeros((12, 10)),
              "frame_ids": np.arange(3, 15)}  # fmt: skip
    path.write_bytes(pickle.dumps({n: person for n in range(people)}))
    return path


def test_an_estimators_people_stand_upright(tmp_path: Path) -> None:
    people = read_motions(film(tmp_path / "film.pkl", 2))
    assert [p.frames for p in people] == [15, 15]  # the film's frames, also those before them
    joints = people[0].joints()[0]
    assert joints[JOINT_INDEX["Head"], 2] > joints[0, 2] + 0.3
    assert abs(joints[:, 2].min()) < 0.1


def test_one_of_several_people_is_chosen(tmp_path: Path) -> None:
    path = film(tmp_path / "film.pkl", 2)
    assert one_of(path, 2)[0].frames == 15
    for person, said in ((None, "--person"), (3, "no person 3")):
        with pytest.raises(InputError, match=said):
            one_of(path, person)


def test_an_npz_that_holds_no_motion_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", poses=np.zeros((5, 72)))
    with pytest.raises(InputError, match="'trans'"):
        load_motion(tmp_path / "a.npz")
    assert read_motions(tmp_path / "a.npz")[0].frames == 5  # an estimator's, without places
    np.savez(tmp_path / "b.npz", other=np.zeros(3))
    with pytest.raises(InputError, match="poses"):
        read_motions(tmp_path / "b.npz")


def test_the_unseen_is_unsure() -> None:
    points = attach(MOTION, tracks_of(MOTION))
    expected = expected_errors(MOTION, points)
    assert expected.shape == (60, 22)
    assert expected[:, HIDDEN].mean() > 2 * expected[:, LOOKED_AT].mean()
    blind = points.positions.copy()
    blind[20:40] = np.nan
    hidden = expected_errors(
        MOTION, type(points)(blind, points.names, points.joints, points.offsets)
    )
    assert hidden[20:40].min() >= 0.35
    assert hidden[25:35, LOOKED_AT].mean() > 2 * expected[25:35, LOOKED_AT].mean()


def test_calm_moves_only_what_no_track_decides(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix

    rotations = MOTION.rotations.copy()
    rotations[:, HIDDEN] @= axis_angle_to_matrix(0.3 * random.standard_normal((60, 3)))
    save_motion(type(MOTION)(rotations, MOTION.root, MOTION.rate, MOTION.body), tmp_path / "m.npz")
    tracks = tracks_of(MOTION)
    np.savez(tmp_path / "t.npz", points=tracks.positions, names=np.array(tracks.names), rate=30.0)
    words = ["clean", str(tmp_path / "m.npz"), "-o", str(tmp_path / "o.npz"), "--tracks",
             str(tmp_path / "t.npz"), "--up", "+z", "--unit", "m", "--calm", "0.2"]  # fmt: skip
    assert main(words) == 0
    before, after = (load_motion(tmp_path / n) for n in ("m.npz", "o.npz"))
    off = [angle_between(m.rotations, MOTION.rotations).mean(axis=0) for m in (before, after)]
    assert off[1][HIDDEN] < 0.6 * off[0][HIDDEN]
    assert angle_between(before.rotations, after.rotations)[:, LOOKED_AT].max() < 1e-6


def test_calm_without_tracks_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_motion(MOTION, tmp_path / "m.npz")
    assert main(["clean", str(tmp_path / "m.npz"), "--calm", "0.2"]) == 2
    assert capsys.readouterr().err.startswith("error: --calm needs --tracks")
