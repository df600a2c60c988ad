# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify evaluate`: what methods are given, how clips add up, and the contract's rows."""

import argparse
import csv
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.cli.commands import evaluate as command
from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation import metrics
from lsmplify_core.evaluation.answers import Answer
from lsmplify_core.evaluation.clips import Clip, load_clip
from lsmplify_core.evaluation.methods import METHODS
from lsmplify_core.evaluation.protocols import STRIDES, Conditions, takes
from lsmplify_core.evaluation.run import evaluate
from lsmplify_core.evaluation.scores import feet_points, row, score
from lsmplify_core.evaluation.side_by_side import processes_for
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import disturbed, gaps, keypoints, make_take
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import save_motion
from lsmplify_core.runtime.errors import InputError

ROW_KEYS = [
    "method", "protocol", "stride", "layout", "noise_mm", "dropout", "clips", "frames",
    "geodesic_deg", "geodesic_observed_deg", "swing_deg", "twist_deg", "frames_above_15_deg",
    "mpjpe_mm", "mpkpe_mm", "pve_mm", "pa_pve_mm", "jitter_km_s3", "jitter_truth_km_s3",
    "foot_sliding_mm", "seconds", "frames_per_second",
]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips in two folders, one of them a single frame."""
    folder = tmp_path_factory.mktemp("clips")
    for name, frames in (("walk/a", 40), ("walk/b", 25), ("still/one", 1)):
        save_motion(strolling(frames, 30.0, seed=frames), folder / f"{name}.npz")
    return folder


@pytest.fixture(scope="module")
def clip() -> Clip:
    """A clip of 200 frames."""
    return Clip("clip", strolling(200, 30.0), seed=1)


def options(*words: str) -> argparse.Namespace:
    """The command's arguments, parsed."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return parser.parse_args(["evaluate", *words])


# what a method is given


def test_tracks_without_noise_lie_on_the_truth(clip: Clip) -> None:
    take = make_take(clip, load_layout("BODY_25"))
    np.testing.assert_array_equal(take.tracks.positions, take.points)
    assert take.start is None
    assert (take.tracks.unit, take.tracks.up, take.tracks.rate) == (1.0, "+z", 30.0)
    on_joint = np.linalg.norm(take.layout.offsets, axis=1) == 0
    np.testing.assert_allclose(
        take.points[:, on_joint], clip.motion.joints()[:, take.layout.joints[on_joint]], atol=1e-9
    )


def test_noise_has_the_size_asked_for_and_repeats(clip: Clip) -> None:
    layout = load_layout("BODY_25")
    take = make_take(clip, layout, noise_mm=5)
    assert 1000 * np.std(take.tracks.positions - take.points) == pytest.approx(5, rel=0.05)
    again = make_take(clip, layout, noise_mm=5)
    np.testing.assert_array_equal(again.tracks.positions, take.tracks.positions)


def test_dropout_hides_runs_and_the_share_asked_for(clip: Clip) -> None:
    take = make_take(clip, load_layout("BODY_25"), dropout=0.3)
    assert take.tracks.gaps == pytest.approx(0.3, abs=0.01)
    missing = gaps((2000, 5), 0.2, np.random.default_rng(0))
    for point in range(5):
        edges = np.flatnonzero(np.diff(missing[:, point].astype(int), prepend=0, append=0))
        lengths = edges[1::2] - edges[::2]
        assert np.median(lengths) >= 5
        assert missing[:, point].sum() == 400


def test_no_dropout_hides_nothing() -> None:
    assert not gaps((50, 3), 0.0, np.random.default_rng(0)).any()
    assert gaps((1, 3), 0.9, np.random.default_rng(0)).all()


def test_a_disturbed_start_is_8_to_15_degrees_off_and_repeats(clip: Clip) -> None:
    start = disturbed(clip.motion, clip.seed)
    angles = metrics.geodesic(start.rotations, clip.motion.rotations)
    assert 8 < np.median(angles) < 15
    assert angles.max() > 40  # frozen and swapped limbs
    np.testing.assert_array_equal(start.root, disturbed(clip.motion, clip.seed).root)
    np.testing.assert_allclose(np.linalg.det(start.rotations), 1, atol=1e-9)
    assert 0.005 < np.abs(start.root - clip.motion.root).mean() < 0.1


def test_pairs_start_from_the_true_pose_a_stride_before(clip: Clip) -> None:
    found = dict(takes(clip, "pairs", Conditions(load_layout("BODY_25"))))
    assert tuple(found) == STRIDES
    take = found[5]
    assert take.start is not None
    assert take.tracks.frames == take.start.frames == take.truth.frames == 195
    np.testing.assert_array_equal(take.start.rotations[7], clip.motion.rotations[7])
    np.testing.assert_array_equal(take.truth.rotations[7], clip.motion.rotations[12])
    np.testing.assert_array_equal(take.tracks.positions[7], keypoints(clip.motion, take.layout)[12])


def test_a_clip_shorter_than_a_stride_gives_no_pair() -> None:
    short = Clip("short", strolling(4, 30.0), 0)
    assert [s for s, _ in takes(short, "pairs", Conditions(load_layout("BODY_25")))] == [1, 3]


def test_proportions_change_the_body_and_not_the_pose(data: Path) -> None:
    file = data / "walk/a.npz"
    plain, other = (load_clip(file, data, None, spread) for spread in (0.0, 0.1))
    np.testing.assert_array_equal(plain.motion.rotations, other.motion.rotations)
    ratio = other.motion.body.offsets[1:, 1] / plain.motion.body.offsets[1:, 1]
    assert 0.03 < np.std(ratio) < 0.3
    lowest = [feet_points(c.motion)[..., 2].min() for c in (plain, other)]
    assert abs(lowest[0] - lowest[1]) < 0.08
    again = load_clip(file, data, None, 0.1)
    np.testing.assert_array_equal(again.motion.body.rest_joints, other.motion.body.rest_joints)


def test_clips_can_be_resampled(data: Path) -> None:
    clip = load_clip(data / "walk/a.npz", data, 120.0, 0.0)
    assert (clip.motion.rate, clip.motion.frames) == (120.0, 157)


# how it adds up


def test_the_truth_itself_scores_nothing(clip: Clip) -> None:
    take = make_take(clip, load_layout("BODY_25"), dropout=0.2)
    figures = row([score(take, Answer(clip.motion, take.points, 0.1))], take.layout)
    for key in ("mpjpe_mm", "mpkpe_mm", "pve_mm", "pa_pve_mm", "geodesic_deg", "swing_deg"):
        assert figures[key] == pytest.approx(0, abs=1e-4), key
    assert figures["frames_above_15_deg"] == 0
    assert figures["jitter_km_s3"] == pytest.approx(figures["jitter_truth_km_s3"])
    assert figures["frames_per_second"] == pytest.approx(2000)


def test_every_frame_counts_once_whatever_its_clip() -> None:
    layout = load_layout("BODY_25")
    scores = []
    for frames, joint in ((10, "Head"), (90, None)):
        take = make_take(Clip("c", strolling(frames, 30.0), 0), layout)
        wrong = take.truth.rotations.copy()
        if joint:
            wrong[:, 15] = wrong[:, 15] @ np.diag([-1.0, 1.0, -1.0])  # half a turn
        answer = Answer(replace(take.truth, rotations=wrong), take.points, 1.0)
        scores.append(score(take, answer, "source"))
    figures = row(scores, layout)
    assert figures["geodesic_deg"] == pytest.approx(180 / 22 * 0.1, rel=1e-3)
    assert (figures["clips"], figures["frames"], figures["seconds"]) == (2, 100, 2.0)


def test_wrists_do_not_count_as_observed_by_body_25() -> None:
    observed = metrics.observed_joints(load_layout("BODY_25"))
    assert np.flatnonzero(~observed).tolist() == [20, 21]


def test_feet_points_touch_the_floor_of_a_standing_body() -> None:
    body = default_body()
    motion = strolling(1, 30.0)
    upright = motion.rotations[:, :1]
    rest = np.broadcast_to(np.eye(3), (1, 24, 3, 3)).copy()
    rest[:, 0] = upright[:, 0]
    feet = feet_points(replace(motion, rotations=rest, body=body))
    assert np.ptp(feet[..., 2]) < 0.04


def test_a_copy_of_the_previous_frame_is_a_frame_behind(data: Path) -> None:
    (group,) = evaluate(
        data,
        Conditions(load_layout("BODY_25")),
        methods=("copy",),
        subset="a.npz",
        convention="source",
    )
    angles = group.scores[0].angles
    assert angles[0].max() < 1e-3
    assert 0.3 < angles[1:].mean() < 10


def test_processes_side_by_side_score_the_same(tmp_path: Path) -> None:
    """Every process has its own clips, and the rate is that of all of them together."""
    for number in range(8):
        save_motion(strolling(6 + number, 30.0, seed=number), tmp_path / f"{number}.npz")
    told: list[str] = []
    conditions = Conditions(load_layout("BODY_25"), 2.0, 0.1)
    (one,), (several,) = (
        evaluate(tmp_path, conditions, methods=("copy",), jobs=jobs, tell=told.append)
        for jobs in (1, 2)
    )
    assert processes_for(8, 2) == 2
    assert sorted(told[8:]) == sorted(told[:8])
    assert [s.name for s in several.scores] == [s.name for s in one.scores]
    for key in ("angles", "keypoint", "pve"):
        for a, b in zip(one.scores, several.scores, strict=True):
            np.testing.assert_array_equal(getattr(a, key), getattr(b, key))
    fewer = replace(several, seconds=2.0)
    assert fewer.row()["frames_per_second"] == pytest.approx(sum(range(6, 14)) / 2.0)


def test_what_fails_in_another_process_is_told_here(tmp_path: Path) -> None:
    for number in range(8):
        save_motion(strolling(6, 30.0, seed=number), tmp_path / f"{number}.npz")
    (tmp_path / "5.npz").write_bytes(b"no motion")
    with pytest.raises(InputError, match=r"5\.npz"):
        evaluate(tmp_path, Conditions(load_layout("BODY_25")), methods=("copy",), jobs=2)


def test_a_few_clips_start_no_process() -> None:
    assert [processes_for(n, 4) for n in (1, 7, 8, 15, 103)] == [1, 1, 2, 3, 4]


# the command


def test_rows_have_the_contracts_keys_and_files_are_written(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    json_file, csv_file = tmp_path / "rows.json", tmp_path / "clips.csv"
    args = options(
        "--data", str(data), "--method", "default", "copy", "--protocol", "plugin",
        "--json", str(json_file), "--by-clip", str(csv_file), "--by-joint", "--by-frame",
        "--more", "--worst", "2", "--noise-mm", "2", "--dropout", "0.1",
    )  # fmt: skip
    assert command.run(args) == 0
    rows: list[dict[str, Any]] = json.loads(json_file.read_text())
    assert [list(r)[: len(ROW_KEYS)] for r in rows] == [ROW_KEYS, ROW_KEYS]
    assert [r["method"] for r in rows] == ["default", "copy"]
    assert all(r["clips"] == 3 and r["frames"] == 66 and r["stride"] is None for r in rows)
    assert rows[0]["mpjpe_mm"] < rows[1]["mpjpe_mm"]
    lines = list(csv.DictReader(csv_file.read_text().splitlines()))
    assert len(lines) == 6
    assert {line["clip"] for line in lines} == {"walk/a.npz", "walk/b.npz", "still/one.npz"}
    printed = capsys.readouterr().out
    assert "L_Shoulder" in printed
    assert "still/one.npz" in printed


def test_sequential_solving_finds_the_motion_from_points_alone(data: Path) -> None:
    (group,) = evaluate(data, Conditions(load_layout("BODY_25")), subset="walk")
    assert group.row()["mpjpe_mm"] < 60
    assert group.row()["frames"] == 65


def test_a_known_body_is_kept(data: Path) -> None:
    layout = load_layout("BODY_25")
    clip = load_clip(data / "walk/a.npz", data, None, 0.1)
    take = replace(make_take(clip, layout), body=clip.motion.body)
    answer = METHODS["default"](take)
    np.testing.assert_allclose(answer.motion.body.rest_joints, clip.motion.body.rest_joints)


def test_pairs_give_a_row_a_stride(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    args = options(
        "--data", str(data), "--protocol", "pairs", "--method", "copy", "--json", str(file)
    )
    assert command.run(args) == 0
    rows = json.loads(file.read_text())
    assert [r["stride"] for r in rows] == list(STRIDES)
    errors = [r["geodesic_deg"] for r in rows]
    assert errors == sorted(errors)


@pytest.mark.parametrize("protocol", ["sequential", "pairs"])
def test_pictures_are_drawn(data: Path, tmp_path: Path, protocol: str) -> None:
    """One PNG each by joint, by frame, by clip and of the worst clips, for one method and more."""
    pytest.importorskip("matplotlib")
    methods = ["copy"] if protocol == "sequential" else ["copy", "gauss-newton"]
    words = ["--data", str(data), "--protocol", protocol, "--plots", str(tmp_path / "new/plots")]
    assert command.run(options(*words, "--method", *methods)) == 0
    for name in ("by_joint.png", "by_frame.png", "by_clip.png", "worst_clips.png", "shares.png"):
        assert (tmp_path / "new/plots" / name).read_bytes().startswith(b"\x89PNG"), name


def test_pictures_without_matplotlib_are_one_line(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    words = options("--data", str(data), "--method", "copy", "--plots", str(tmp_path / "plots"))
    with pytest.raises(InputError, match=r"--plots needs matplotlib .*pip install") as error:
        command.run(words)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "plots").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "paper", "--layout", "COCO_17"], "BODY_25 only"),
        (["--method", "magic"], "no method 'magic'; choose from default"),
        (["--subset", "nowhere"], "'nowhere'"),
        (["--layout", "BODY_99"], "BODY_99"),
        (["--dropout", "1.5"], "--dropout 1.5"),
        (["--noise-mm", "-1"], "--noise-mm -1.0"),
        (["--noise-mm", "nan"], "--noise-mm nan"),
        (["--rate", "0"], "--rate 0"),
        (["--proportions", "7"], "--proportions 7"),
    ],
)
def test_bad_options_say_what_to_do(data: Path, words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        command.run(options("--data", str(data), *words))
    assert "\n" not in str(error.value)


def test_a_folder_without_clips_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no motion file"):
        find_sources(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        find_sources(tmp_path / "nowhere")


def test_a_broken_clip_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"bad\.npz"):
        command.run(options("--data", str(tmp_path), "--method", "copy"))


def test_convention_brings_truth_and_result_together(data: Path) -> None:
    """A copy whose upper arms are turned about themselves errs in its source's rotations only."""
    take = next(takes(Clip("clip", strolling(60, 30.0), seed=1), "sequential", plain()))[1]
    upper, lower = JOINT_INDEX["L_Shoulder"], JOINT_INDEX["L_Elbow"]
    bone = take.truth.body.offsets[lower] / np.linalg.norm(take.truth.body.offsets[lower])
    turn = axis_angle_to_matrix(0.7 * bone)
    rotations = take.truth.rotations.copy()
    rotations[:, upper] = rotations[:, upper] @ turn
    rotations[:, lower] = turn.T @ rotations[:, lower]
    answer = Answer(replace(take.truth, rotations=rotations), take.points, 0.1)
    assert score(take, answer).angles.max() < 0.01
    assert score(take, answer, "source").angles[:, upper].min() > 39
    assert score(take, answer).anatomy.elbow_sideways.max() > 0


def plain() -> Conditions:
    return Conditions(load_layout("BODY_25"))


def test_methods_may_be_given_at_once_or_one_by_one() -> None:
    words = ("--data", "x", "--method", "copy", "default", "--method", "learned")
    assert options(*words).method == ["copy", "default", "learned"]
    assert options("--data", "x").convention == "anatomical"


def test_the_command_says_the_convention_and_the_anatomy(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "rows.json"
    words = ("--data", str(data), "--method", "copy", "--json", str(out), "--convention", "source")
    assert command.run(options(*words)) == 0
    row = json.loads(out.read_text())[0]
    assert row["convention"] == "source"
    assert row["range_violations_per_1000"] >= 0
    assert "elbow side" in capsys.readouterr().out
