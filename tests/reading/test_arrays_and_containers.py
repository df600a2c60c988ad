# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays in any order of axes, and JSON of Panoptic, MMPose, MediaPipe and others."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.people import find_people
from lsmplify_core.tracks.point_order import orders_of

MOTION = waving(40)
BODY = points_of(MOTION, "BODY_25")
SMPL = points_of(MOTION, "SMPL_24")[:, :22]
ASIDE = np.array([1.7, 0.0, 0.0])


@pytest.mark.parametrize(
    "axes", [(0, 1, 2), (1, 2, 0), (2, 1, 0), (1, 0, 2)], ids=["TK3", "K3T", "3KT", "KT3"]
)
@pytest.mark.parametrize("points", [BODY, SMPL], ids=["BODY_25", "SMPL_22"])
def test_axes_in_any_order(tmp_path: Path, axes: tuple[int, ...], points: np.ndarray) -> None:
    np.save(tmp_path / "take.npy", np.transpose(points, axes))
    np.testing.assert_allclose(read_tracks(tmp_path / "take.npy").positions, points)


@pytest.mark.parametrize("axis", [0, 1], ids=["PTK3", "TPK3"])
def test_people_in_an_array(tmp_path: Path, axis: int) -> None:
    np.save(tmp_path / "take.npy", np.stack([BODY, BODY + ASIDE], axis=axis))
    people = find_people(read_tracks(tmp_path / "take.npy"))
    assert len(people) == 2
    np.testing.assert_allclose(people[1].tracks.positions, BODY + ASIDE)


@pytest.mark.parametrize(
    ("shape", "says"), [((40, 263), "HumanML3D"), ((5, 22, 3, 40), "motions"), ((40, 25), "frames")]
)
def test_other_arrays_are_refused(tmp_path: Path, shape: tuple[int, ...], says: str) -> None:
    np.save(tmp_path / "take.npy", np.random.default_rng(0).random(shape))
    with pytest.raises(InputError, match=says):
        read_tracks(tmp_path / "take.npy")


def sequence(folder: Path, frames: dict[int, Any], name: str = "take_{:012d}.json") -> Path:
    folder.mkdir()
    for number, frame in frames.items():
        (folder / name.format(number)).write_text(json.dumps(frame))
    return folder


def flat(points: np.ndarray) -> list[float]:
    return np.concatenate([points, np.full((len(points), 1), 0.8)], axis=1).ravel().tolist()


def test_files_that_are_absent_are_gaps(tmp_path: Path) -> None:
    people = {
        t: {"people": [{"person_id": [-1], "pose_keypoints_3d": flat(BODY[t])}]}
        for t in range(40) if t not in range(20, 24)
    }  # fmt: skip
    tracks = read_tracks(sequence(tmp_path / "take", people))
    assert tracks.frames == 40
    assert not tracks.seen[20:24].any()
    np.testing.assert_allclose(tracks.positions[24:], BODY[24:])


def test_panoptics_bodies(tmp_path: Path) -> None:
    order = next(o for o in orders_of(19) if o.name == "Panoptic_19")
    points = 100 * BODY[:, [load_layout("BODY_25").names.index(n) for n in order.names]]
    frames = {
        t: {"fpsType": "hd_29_97", "univTime": 1000 + t * 1001 / 30,
            "bodies": [{"id": 7 + i, "joints19": flat(points[t] + 100 * i * ASIDE)} for i in (0,
                                                                                              1)]}
        for t in range(40)
    }  # fmt: skip
    tracks = read_tracks(sequence(tmp_path / "hd", frames, "body3DScene_{:08d}.json"))
    assert tracks.rate == pytest.approx(29.97, rel=1e-3)
    assert [best_match(p.tracks.names).layout.name for p in find_people(tracks)] == ["COCO_17"] * 2


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_mmposes_instances(tmp_path: Path, nested: bool, named: bool) -> None:
    points = points_of(MOTION, "H36M_17")
    names = load_layout("H36M_17").names
    instances = [
        {"frame_id": t, "instances": [{
            "keypoints": [points[t].tolist()] if nested else points[t].tolist(),
            "keypoint_scores": [[0.9] * 17] if nested else [0.9] * 17}]}
        for t in range(40)
    ]  # fmt: skip
    meta = {"keypoint_id2name": {str(i): n for i, n in enumerate(names)}} if named else {}
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"meta_info": meta, "instance_info": instances}))
    tracks = read_tracks(path)
    assert tracks.names == names
    np.testing.assert_allclose(tracks.positions, points)


def test_2d_instances_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    frame = {"instances": [{"keypoints": BODY[0, :, :2].tolist()}]}
    path.write_text(json.dumps({"instance_info": [frame] * 5}))
    with pytest.raises(InputError, match="2D"):
        read_tracks(path)


@pytest.mark.parametrize(("key", "step"), [("timestampMs", 1e3 / 50), ("timestamp", 1e6 / 50)])
def test_landmarks_with_clocks(tmp_path: Path, key: str, step: float) -> None:
    points = points_of(MOTION, "MediaPipe_33").tolist()
    frames = [
        {key: round(step * t), "worldLandmarks": [dict(zip("xyz", p, strict=True)) for p in frame]}
        for t, frame in enumerate(points)
    ]
    path = tmp_path / "take.json"
    path.write_text(json.dumps(frames))
    assert read_tracks(path).rate == 50


def image_landmarks(path: Path) -> Path:
    points = points_of(MOTION, "MediaPipe_33")[..., [0, 2, 1]]
    shares = (points - points[0, 0]) * [0.2, -0.35, 0.2] + [0.5, 0.2, 0.0]
    frames = [
        {"pose_landmarks": [dict(zip("xyz", p, strict=True)) for p in frame]}
        for frame in shares.tolist()
    ]
    path.write_text(json.dumps(frames))
    return path


def test_shares_of_a_picture_are_refused_or_scaled(tmp_path: Path) -> None:
    path = image_landmarks(tmp_path / "take.json")
    with pytest.raises(InputError, match="--image-size"):
        read_tracks(path)
    tracks = read_tracks(path, image="1400x800")
    heights = np.ptp(tracks.positions[:, :, 1]) / np.ptp(tracks.positions[:, :, 0])
    raw = np.ptp(points_of(MOTION, "MediaPipe_33")[:, :, 2])
    assert heights == pytest.approx(
        raw / np.ptp(points_of(MOTION, "MediaPipe_33")[:, :, 0]), rel=0.01
    )
    with pytest.raises(InputError, match="1920x1080"):
        read_tracks(path, image="wide")


def test_shares_of_a_picture_are_known_in_other_files_too(tmp_path: Path) -> None:
    points = points_of(MOTION, "MediaPipe_33")[..., [0, 2, 1]]
    shares = (points - points[:, [23, 24]].mean(axis=1, keepdims=True)) * [0.2, -0.35, 0.2]
    np.save(tmp_path / "image.npy", np.array([0.5, 0.5, 0.0]) + shares)
    with pytest.raises(InputError, match="--image-size"):
        read_tracks(tmp_path / "image.npy")
    np.save(tmp_path / "world.npy", shares * [5.0, 2.86, 5.0])  # metres about the hips
    assert read_tracks(tmp_path / "world.npy").frames == 40
    np.save(tmp_path / "room.npy", points)
    assert read_tracks(tmp_path / "room.npy").frames == 40


@pytest.mark.parametrize("turned", [False, True])
def test_points_in_one_plane_are_2d(tmp_path: Path, turned: bool) -> None:
    plane = BODY * [1.0, 0.0, 1.0]
    turn = np.array([[0.8, 0.6, 0.0], [-0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]) if turned else np.eye(3)
    np.save(tmp_path / "take.npy", plane @ turn.T)
    with pytest.raises(InputError, match="2D"):
        read_tracks(tmp_path / "take.npy")
