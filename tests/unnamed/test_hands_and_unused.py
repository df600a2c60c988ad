# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand points beside a body turn its wrists; tracks that are not used are told by kind."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.geometry.kinematics import attached_points, forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.reading.arrays import array_tracks
from lsmplify_core.tracks.tracks import Tracks, checked_tracks
from lsmplify_core.unnamed.assigning import matched
from lsmplify_core.unnamed.unused import kind_of, list_kinds
from tests.takes import points_of, waving

_HAND = np.array([
    (0, 0, 0), *((0.03 + 0.025 * i, -0.02, 0.035 + 0.01 * i) for i in range(4)),
    *((0.095 + 0.025 * i, -0.005, z) for z in (0.02, -0.004, -0.027, -0.048) for i in range(4)),
])  # fmt: skip
COCO_HAND = ["hand_root", *(f"thumb{i}" for i in range(1, 5)), *(
    f"{f}{i}" for f in ("forefinger", "middle_finger", "ring_finger",
                        "pinky_finger") for i in range(1, 5)
)]  # fmt: skip


def _motion():
    """Wrists that bend and twist, which no point of a body without hands shows."""
    motion = waving(60)
    vectors = np.zeros((60, 3))
    vectors[:, 2], vectors[:, 0] = 0.6 * np.sin(np.arange(60) / 8), 0.5
    rotations = motion.rotations.copy()
    rotations[:, 20] = axis_angle_to_matrix(vectors)
    rotations[:, 21] = axis_angle_to_matrix(-vectors)
    return replace(motion, rotations=rotations)


def _hands(motion) -> tuple[np.ndarray, np.ndarray]:
    """(T, 21, 3) the left and the right hand in the world."""
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    sides = ((20, 1.0), (21, -1.0))
    return tuple(
        attached_points(turned, placed, np.full(21, j), _HAND * (s, 1, 1)) for j, s in sides
    )


def _wrist_error(solution, motion) -> float:
    """Mean angle between the hands' world rotations, degrees."""

    def world(m):
        return forward(m.rotations, m.body.offsets, m.root)[0][:, 20:22]

    turn = np.swapaxes(world(solution.motion), -1, -2) @ world(motion)
    cos = (np.trace(turn, axis1=-2, axis2=-1) - 1) / 2
    return float(np.degrees(np.arccos(cos.clip(-1, 1))).mean())


def _coco(motion, names: list[str]) -> Tracks:
    body = points_of(motion, "COCO_133")
    points = np.concatenate((body, *_hands(motion)), axis=1)
    return checked_tracks(points, [*load_layout("COCO_133").names, *names], 30.0, "test")


@pytest.mark.parametrize("style", ["coco", "numbers", "openpose"])
def test_hands_that_are_there_turn_the_wrists(style) -> None:
    motion = _motion()
    spelled = {
        "coco": [f"{s}_{n}" for s in ("left", "right") for n in COCO_HAND],
        "numbers": [f"{s}_hand_{i:04d}" for s in ("left", "right") for i in range(21)],
        "openpose": [f"{s}Hand{i}" for s in "LR" for i in range(21)],
    }[style]
    tracks = _coco(motion, spelled)
    solution = solve(tracks)
    alone = solve(tracks.select(list(range(23))))
    assert len(solution.match.matched) == 33
    assert _wrist_error(solution, motion) < 7.0
    assert _wrist_error(solution, motion) < 0.5 * _wrist_error(alone, motion)
    said = [w for w in solution.report["warnings"] if "not used" in w]
    assert said == ["32 of 65 tracks are not used for the body: 32 of hands"]
    assert not [w for w in alone.report["warnings"] if "not used" in w]


def test_hands_in_a_frame_of_their_own_do_not_bend_the_wrists() -> None:
    motion = _motion()
    names = [f"{s}_hand_{i}" for s in ("left", "right") for i in range(21)]
    tracks = _coco(motion, names)
    points = tracks.positions.copy()
    points[:, 23:] -= points[:, 23:24]
    told, match = matched(replace(tracks, positions=points))
    assert len(match.matched) == 23
    assert sum("another frame of reference" in w for w in told.warnings) == 2


def _face(motion, count: int) -> np.ndarray:
    head = points_of(motion, "COCO_133")[:, :1]
    return head + 0.05 * np.random.default_rng(1).normal(size=(1, count, 3))


@pytest.mark.parametrize(
    "order", ["pose face left right", "pose right left face", "pose left right"]
)
def test_mediapipe_holistic_in_one_array(order, tmp_path) -> None:
    motion = _motion()
    left, right = _hands(motion)
    parts = {"pose": points_of(motion, "MediaPipe_33"), "left": left, "right": right,
             "face": _face(motion, 478 if order.endswith("face") else 468)}  # fmt: skip
    points = np.concatenate([parts[p] for p in order.split()], axis=1)
    tracks = array_tracks(points, None, 30.0, None, tmp_path / "take.npy")
    told, match = matched(tracks)
    assert len(match.matched) == 43
    for k, t in match.matched[33:]:
        side = match.layout.names[k].split("_")[0]
        number = int(match.layout.names[k].split("_")[2])
        assert np.allclose(told.positions[:, t], (left if side == "left" else right)[:, number])
    if "face" in order:
        assert any("face" in w for w in told.warnings)


MEDIAPIPE_HAND = ["wrist", *(f"thumb_{j}" for j in ("cmc", "mcp", "ip", "tip")), *(
    f"{f}_{j}" for f in ("index_finger", "middle_finger", "ring_finger", "pinky")
    for j in ("mcp", "pip", "dip", "tip")
)]  # fmt: skip


def _csv(path: Path, names: list[str], points: np.ndarray) -> None:
    """As pandas writes FreeMoCap's: a column an axis, no frame numbers."""
    rows = [",".join(f"{n}_{a}" for n in names for a in "xyz")]
    rows += [",".join(f"{x:.6f}" for x in frame.ravel()) for frame in points]
    path.write_text("\n".join(rows) + "\n")


def _by_frame(parts: dict[str, tuple[list[str], np.ndarray]], path: Path) -> None:
    """Version 2's table: a row for each frame, model, trajectory and point."""
    rows = ["frame,keypoint,x,y,z,model,trajectory,reprojection_error"]
    for t in range(60):
        for model, (names, points) in parts.items():
            for kind, away in (("3d_xyz", 0.0), ("rigid_3d_xyz", 40.0)):
                if kind == "3d_xyz" or model.endswith("body"):
                    rows += [
                        f"{t},{n}," + ",".join(f"{x + away:.6f}" for x in points[t, k])
                        + f",{model},{kind},0.5"
                        for k, n in enumerate(names)
                    ]  # fmt: skip
    path.write_text("\n".join(rows) + "\n")


def _recording(folder: Path, form: str, motion) -> Path:
    """A FreeMoCap recording with hands: files, names, millimetres as FreeMoCap writes them."""
    out = folder / "output_data"
    out.mkdir(parents=True)
    names = list(load_layout("MediaPipe_33").names)
    left, right = (1000.0 * h for h in _hands(motion))
    body = 1000.0 * points_of(motion, "MediaPipe_33")
    face = 1000.0 * _face(motion, 12)
    if form == "npy":
        np.save(out / "mediapipe_body_3d_xyz.npy", body)
        np.save(out / "mediapipe_right_hand_3d_xyz.npy", right)
        np.save(out / "mediapipe_left_hand_3d_xyz.npy", left)
        np.save(out / "mediapipe_face_3d_xyz.npy", face)
    elif form == "csv":
        _csv(out / "mediapipe_body_3d_xyz.csv", [f"body_{n}" for n in names], body)
        for side, hand in (("left", left), ("right", right)):
            spelled = [f"{side}_hand_{n}" for n in MEDIAPIPE_HAND]
            _csv(out / f"mediapipe_{side}_hand_3d_xyz.csv", spelled, hand)
    else:
        _by_frame(
            {"mediapipe.body": (names, body), "mediapipe.left_hand": (MEDIAPIPE_HAND, left),
             "mediapipe.right_hand": (MEDIAPIPE_HAND, right),
             "mediapipe.face": ([f"face_{n:04d}" for n in range(12)], face)},
            out / "freemocap_data_by_frame.csv",
        )  # fmt: skip
    return folder


@pytest.mark.parametrize("form", ["npy", "csv", "by frame"])
def test_freemocaps_hands_show_the_wrists(form, tmp_path) -> None:
    motion = _motion()
    tracks = read_tracks(_recording(tmp_path / "recording", form, motion), fps=30.0)
    told, match = matched(tracks)
    assert match.layout.name == "MediaPipe_33"
    assert len(match.matched) == 43
    assert tracks.unit in (None, 0.001)
    hands = dict(zip(("left", "right"), _hands(motion), strict=True))
    for k, t in match.matched[33:]:
        side, _, number = match.layout.names[k].split("_")
        assert np.allclose(told.positions[:, t], 1000.0 * hands[side][:, int(number)], atol=1e-3)
    nose = told.positions[:, told.names.index("nose")]
    assert np.allclose(nose, 1000.0 * points_of(motion, "MediaPipe_33")[:, 0], atol=1e-3)
    if form == "npy":
        solution = solve(tracks)
        assert _wrist_error(solution, motion) < 7.0
        assert any("32 of hands" in w for w in solution.report["warnings"])


def test_a_hand_of_another_length_is_told_and_not_read(tmp_path) -> None:
    folder = _recording(tmp_path / "recording", "npy", _motion())
    file = folder / "output_data/mediapipe_left_hand_3d_xyz.npy"
    np.save(file, np.load(file)[:50])
    told, match = matched(read_tracks(folder, fps=30.0))
    assert len(match.matched) == 38
    assert any("left hand: 50 frames beside 60 of the body" in w for w in told.warnings)


@pytest.mark.parametrize("fault", ["shape", "damaged", "words"])
def test_a_hand_that_is_none_is_told_with_its_file(fault: str, tmp_path) -> None:
    folder = _recording(tmp_path / "recording", "npy", _motion())
    file = folder / "output_data/mediapipe_left_hand_3d_xyz.npy"
    if fault == "shape":
        np.save(file, np.load(file)[:, :20])
    elif fault == "words":
        np.save(file, np.full((60, 21, 3), "left"))
    else:
        file.write_bytes(file.read_bytes()[:300])
    told, match = matched(read_tracks(folder, fps=30.0))
    assert len(match.matched) == 38
    assert any(file.name in w and "the left hand is not read" in w for w in told.warnings)


def test_samples_of_a_hand_that_are_no_places_are_missing(tmp_path) -> None:
    folder = _recording(tmp_path / "recording", "npy", _motion())
    file = folder / "output_data/mediapipe_left_hand_3d_xyz.npy"
    points = np.load(file)
    points[7, 3, 0], points[8, 3] = np.nan, np.inf
    np.save(file, points)
    told = read_tracks(folder, fps=30.0)
    hand = told.positions[:, told.names.index("left_hand_3")]
    assert np.isnan(hand[7:9]).all()
    assert np.isfinite(hand[9]).all()


def test_whole_body_without_names_tells_hands_and_face(tmp_path) -> None:
    motion = _motion()
    points = np.concatenate(
        (points_of(motion, "COCO_133"), _face(motion, 68), *_hands(motion)), axis=1
    )
    tracks = array_tracks(points, None, 30.0, None, tmp_path / "take.npy")
    told, match = matched(tracks)
    assert len(match.matched) == 33
    assert told.warnings[-1] == (
        "100 of 133 tracks are not used for the body: 68 of the face, 32 of hands"
    )


def test_kinds() -> None:
    assert kind_of("*12") == kind_of("Unlabeled 1004") == kind_of("point 40") == "unlabelled"
    assert kind_of("left_thumb4") == kind_of("LHand7") == "of hands"
    assert kind_of("face_12") == "of the face"
    assert kind_of("Stick:Stick1") == "of props"
    assert list_kinds(["Bench1", "*3"]) == "1 unlabelled, 1 other (Bench1)"


def test_marker_sets_get_no_hands() -> None:
    motion = waving(5)
    points = np.concatenate((points_of(motion, "CMU_41"), _hands(motion)[0][:, 5:6]), axis=1)
    names = [*load_layout("CMU_41").names, "left_hand_5"]
    _, match = matched(checked_tracks(points, names, 30.0, "test"))
    assert len(match.matched) == 41
