# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion as data sets and estimators ship it: found, read, stood up; hostile files refused."""

import os
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataset_files import phalp, poses, save_3dpw, save_rich, trans, wham, with_joblib

from lsmplify_core.cli.main import main
from lsmplify_core.datasets import find_sources, read_estimates, read_source
from lsmplify_core.evaluation import metrics
from lsmplify_core.evaluation.alignment import set_on
from lsmplify_core.evaluation.clips import Clip, load_clips
from lsmplify_core.evaluation.protocols import Conditions, takes
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import disturbed, make_take
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion, save_motion
from lsmplify_core.runtime.errors import InputError

MOTION = strolling(12, 30.0, seed=3)
OTHER = strolling(12, 30.0, seed=4)


def same(found: Motion, wanted: Motion, tolerance: float = 1e-3) -> None:
    """The same motion, but for where it stands."""
    assert (
        metrics.geodesic(found.rotations, wanted.rotations).max() < 0.05
    )  # degrees; single precision
    apart = found.root - wanted.root
    np.testing.assert_allclose(apart, np.broadcast_to(apart[0], apart.shape), atol=tolerance)


def only(folder: Path) -> list[tuple[str, Motion]]:
    """The motions of the one source in a folder."""
    (source,) = find_sources(folder)
    return read_source(source)


# --- data sets ------------------------------------------------------------------------------


def test_3dpw_gives_each_person_upright_with_shape_and_gender(tmp_path: Path) -> None:
    save_3dpw(tmp_path / "downtown_walk_00.pkl", [MOTION, OTHER])
    found = only(tmp_path)
    assert [name for name, _ in found] == ["downtown_walk_00.pkl#0", "downtown_walk_00.pkl#1"]
    for (_, motion), wanted, gender in zip(found, (MOTION, OTHER), ("male", "female"), strict=True):
        same(motion, wanted)
        assert (motion.rate, motion.gender) == (30.0, gender)
    assert found[1][1].betas == pytest.approx(2 * np.linspace(-1, 1, 10))
    assert abs(found[0][1].joints()[:, 10:12, 2].min()) < 0.1  # the feet are on the floor


def test_rich_frames_become_takes_and_a_hole_ends_one(tmp_path: Path) -> None:
    numbers = [*range(95, 103), *range(110, 114)]
    save_rich(tmp_path / "train" / "BBQ_001_guitar", MOTION, numbers)
    save_rich(tmp_path / "train" / "BBQ_001_guitar", OTHER, list(range(12)), person="002")
    sources = find_sources(tmp_path)
    assert [s.name for s in sources] == [f"train/BBQ_001_guitar/00{n}.pkl" for n in (1, 2)]
    runs = read_source(sources[0])
    assert [name[-4:] for name, _ in runs] == ["l#95", "#110"]
    same(runs[0][1], MOTION.between(0, 8))
    same(runs[1][1], MOTION.between(8, 12))
    assert runs[0][1].betas == pytest.approx(np.full(10, 0.5))
    ((name, motion),) = read_source(sources[1])
    assert name == sources[1].name
    same(motion, OTHER)


def test_what_amass_keeps_beside_its_motions_is_passed_over(tmp_path: Path) -> None:
    save_motion(MOTION, tmp_path / "Subject" / "walk_stageii.npz")
    for name in ("shape.npz", "neutral_stagei.npz"):
        np.savez(tmp_path / "Subject" / name, betas=np.zeros(16), gender="neutral")
    ((name, motion),) = only(tmp_path)
    assert name == "Subject/walk_stageii.npz"
    same(motion, MOTION)


def test_amass_of_smplx_and_smplh_with_bytes_for_gender(tmp_path: Path) -> None:
    """Fields as AMASS has had them: (T, 156) with bytes, (T, 165) with `mocap_frame_rate`."""
    common: dict[str, Any] = {"trans": trans(MOTION), "betas": np.arange(16) / 10}
    for width, more in (
        (156, {"mocap_framerate": 120.0, "gender": np.array(b"female"),
               "dmpls": np.zeros((12, 8))}),
        (165, {"mocap_frame_rate": 120.0, "gender": np.array("male"),
               "surface_model_type": "smplx"}),
    ):  # fmt: skip
        whole = np.zeros((12, width))
        whole[:, :66] = poses(MOTION)[:, :66]
        whole[:, 66:] = 0.3  # fingers and face, which no layout shows
        np.savez(tmp_path / f"{width}_poses.npz", poses=whole, **common, **more)
        clip = load_clips(find_sources(tmp_path, str(width))[0], rate=30.0)[0]
        assert (clip.motion.frames, clip.motion.rate) == (3, 30.0)
        assert clip.motion.betas == pytest.approx(np.arange(10) / 10)
        assert clip.motion.gender == {156: "female", 165: "male"}[width]


def test_data_sets_are_measured_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_3dpw(tmp_path / "a.pkl", [MOTION])
    save_rich(tmp_path / "Gym_010_dips1", OTHER, list(range(12)))
    words = ["evaluate", "--data", str(tmp_path), "--method", "default", "--worst", "2"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "a.pkl" in printed
    assert "Gym_010_dips1/001.pkl" in printed


# --- estimators' results --------------------------------------------------------------------


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_plain_pickles_of_axis_angles_and_matrices(tmp_path: Path, protocol: int) -> None:
    matrices = MOTION.rotations.astype(np.float32)
    forms: list[dict[str, Any]] = [
        {"poses": poses(MOTION), "trans": trans(MOTION)},
        {"pred_rotmat": matrices, "pred_betas": np.ones((12, 10))},
        {"global_orient": matrices[:, :1], "body_pose": matrices[:, 1:], "transl": trans(MOTION)},
        {"root_orient": poses(MOTION)[:, :3], "pose_body": poses(MOTION)[:, 3:66]},
    ]
    for form in forms:
        (tmp_path / "e.pkl").write_bytes(pickle.dumps(form, protocol))
        (estimate,) = read_estimates(tmp_path / "e.pkl")
        assert estimate.frames.tolist() == list(range(12))
        assert metrics.geodesic(estimate.motion.rotations, MOTION.rotations).max() < 0.05


def test_npz_of_results(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", pose=poses(MOTION), trans=trans(MOTION), img_paths=np.array(["a"]))
    same(read_estimates(tmp_path / "e.npz")[0].motion, MOTION)


@pytest.mark.parametrize("compress", [0, 3])
def test_wham_by_person_in_the_world_and_lost_frames_are_filled(
    tmp_path: Path, compress: int
) -> None:
    pytest.importorskip("joblib", reason="joblib is not installed")
    lost = np.array([0, 1, 2, 3, 4, 5, 9, 10, 11])
    file = with_joblib(
        tmp_path / "wham_output.pkl", wham(MOTION.at(lost.astype(float)), lost), compress
    )
    (estimate,) = read_estimates(file)
    whole = estimate.over(14)
    same(whole.between(0, 6), MOTION.between(0, 6))
    angles = metrics.geodesic(whole.rotations[:12], MOTION.rotations).max(axis=1)
    assert angles[lost].max() < 0.05
    assert 0.05 < angles[7] < 10
    np.testing.assert_array_equal(whole.rotations[13], whole.rotations[11])


@pytest.mark.parametrize("compress", [0, 3])
def test_4d_humans_by_track(tmp_path: Path, compress: int) -> None:
    pytest.importorskip("joblib", reason="joblib is not installed")
    file = with_joblib(tmp_path / "demo_video.pkl", phalp(MOTION), compress)
    first, second = read_estimates(file)
    assert metrics.geodesic(first.motion.rotations, MOTION.rotations).max() < 0.05
    assert second.frames.tolist() == [1, 3, 5, 7, 9, 11]
    assert metrics.geodesic(second.motion.rotations, MOTION.rotations[1::2]).max() < 0.05


def test_a_start_in_the_cameras_world_is_set_on_the_tracks() -> None:
    take = make_take(Clip("c", MOTION, 0), load_layout("BODY_25"), dropout=0.3)
    turn = axis_angle_to_matrix(np.array([2.0, -1.0, 0.5]))
    rotations = MOTION.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    far = replace(MOTION, rotations=rotations, root=np.zeros_like(MOTION.root))
    found = set_on(far, take)
    assert metrics.geodesic(found.rotations, MOTION.rotations).max() < 1e-3
    np.testing.assert_allclose(found.root, MOTION.root, atol=1e-6)


def test_plugin_starts_from_results_by_the_clips_names(tmp_path: Path) -> None:
    data, starts = tmp_path / "data", tmp_path / "starts"
    (starts / "walk").mkdir(parents=True)
    save_motion(MOTION, data / "walk" / "a.npz")
    rough = disturbed(MOTION, 5)
    (starts / "walk" / "a.pkl").write_bytes(pickle.dumps({"poses": poses(rough)}))
    clip = load_clips(find_sources(data)[0], starts=starts)[0]
    ((_, take),) = takes(clip, "plugin", Conditions(load_layout("BODY_25")))
    assert take.start is not None
    posed = slice(1, None)  # the pelvis is turned with the world
    np.testing.assert_allclose(take.start.rotations[:, posed], rough.rotations[:, posed], atol=1e-4)
    words = ["evaluate", "--data", str(data), "--protocol", "plugin", "--starts", str(starts)]
    assert main([*words, "--method", "copy", "default", "--json", str(tmp_path / "r.json")]) == 0


def test_a_clip_without_a_start_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_motion(MOTION, tmp_path / "data" / "a.npz")
    (tmp_path / "starts").mkdir()
    words = ["evaluate", "--data", str(tmp_path / "data"), "--method", "copy"]
    assert main([*words, "--protocol", "plugin", "--starts", str(tmp_path / "starts")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "a.npz" in error
    assert main([*words, "--starts", str(tmp_path / "starts")]) == 2
    assert "belongs to --protocol plugin" in capsys.readouterr().err


# --- what is refused ------------------------------------------------------------------------


class Hostile:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"echo ran > {self.mark}",)


@pytest.mark.parametrize("where", ["3dpw", "rich", "estimate"])
def test_hostile_pickles_are_refused_and_run_nothing(tmp_path: Path, where: str) -> None:
    mark = tmp_path / "ran.txt"
    path = tmp_path / ("00001/001.pkl" if where == "rich" else "a.pkl")
    path.parent.mkdir(exist_ok=True)
    content: dict[str, Any] = {"poses": [poses(MOTION)], "trans": [trans(MOTION)], "betas": [0]}
    if where != "3dpw":
        content = {"global_orient": np.zeros((1, 3)), "body_pose": np.zeros((1, 63))}
    path.write_bytes(pickle.dumps({**content, "gender": Hostile(mark)}))
    with pytest.raises(InputError, match="refused, since it asks for") as error:
        read_source(find_sources(tmp_path)[0])
    assert "\n" not in str(error.value)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"poses": np.zeros((3, 72)), "trans": np.zeros((4, 3))}, "3 poses and places"),
        ({"poses": np.zeros((3, 50))}, "shape \\(3, 50\\)"),
        ({"poses": np.full((3, 72), np.nan)}, "not numbers"),
        ({"rotmat": np.ones((3, 24, 3, 3))}, "not rotations"),
        ({"poses": np.zeros((3, 72)), "frame_ids": np.array([0, 2, 2])}, "rising"),
        ({"poses": "nothing"}, "not an array of numbers"),
        ({"verts": np.zeros((3, 5, 3))}, "no poses by a name that is known"),
        ([1, 2], "no poses by a name that is known"),
        ({"poses": [np.zeros((3, 72))], "trans": [], "betas": []}, "same people"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(tmp_path: Path, content: Any, message: str) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(content))
    with pytest.raises(InputError, match=message) as error:
        read_source(find_sources(tmp_path)[0])
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("compress", [0, 3])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_cut_off_joblib_files_are_refused(tmp_path: Path, compress: int, part: float) -> None:
    pytest.importorskip("joblib", reason="joblib is not installed")
    whole = with_joblib(tmp_path / "a.pkl", wham(MOTION, np.arange(12)), compress).read_bytes()
    (tmp_path / "a.pkl").write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(InputError, match=r"a\.pkl"):
        read_estimates(tmp_path / "a.pkl")


def test_a_joblib_array_that_claims_too_much_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("joblib", reason="joblib is not installed")
    file = with_joblib(tmp_path / "a.pkl", {"poses": np.zeros((7, 72))})
    data = file.read_bytes()
    assert data.count(b"K\x07KH\x86") == 1  # the shape (7, 72)
    file.write_bytes(data.replace(b"K\x07KH\x86", b"J\xff\xff\xff\x7fKH\x86"))
    with pytest.raises(InputError, match="larger than that of any model"):
        read_estimates(file)
