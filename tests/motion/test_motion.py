# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions: AMASS files in and out, resampling, and files written whole or not at all."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.files.atomic import write_whole
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.motion.motion import Motion, load_motion, save_motion
from lsmplify_core.runtime.errors import InputError


def some_motion(frames: int = 7, rate: float = 120.0) -> Motion:
    """A smooth motion on a body of its own, with track errors."""
    random = np.random.default_rng(5)
    t = np.linspace(0, 1, frames)[:, None, None]
    vectors = random.standard_normal((1, 24, 3)) + 0.5 * t * random.standard_normal((1, 24, 3))
    vectors[:, 22:] = 0
    root = np.linspace([0, 0, 1], [1, 0.5, 1.1], frames)
    error = random.random((frames, 2))
    error[0, 1] = np.nan
    body = default_body().scaled(np.linspace(0.9, 1.1, 24))
    return Motion(axis_angle_to_matrix(vectors), root, rate, body, ("a", "b"), error)


def amass(path: Path, **changes: Any) -> Path:
    """An AMASS-like file, with keys changed or, where None, left out."""
    arrays = {
        "poses": np.zeros((4, 156)), "trans": np.zeros((4, 3)), "betas": np.zeros(16),
        "gender": "male", "mocap_framerate": 60.0, "dmpls": np.zeros((4, 8)),
    }  # fmt: skip
    np.savez(path, **{k: v for k, v in {**arrays, **changes}.items() if v is not None})
    return path


def test_a_motion_survives_the_file(tmp_path: Path) -> None:
    motion = some_motion()
    save_motion(motion, tmp_path / "a.npz")
    back = load_motion(tmp_path / "a.npz")
    np.testing.assert_allclose(back.rotations, motion.rotations, atol=1e-5)
    np.testing.assert_allclose(back.joints(), motion.joints(), atol=1e-5)
    assert (back.rate, back.track_names) == (120.0, ("a", "b"))
    np.testing.assert_allclose(back.track_error, motion.track_error, atol=1e-6)


def test_the_file_is_what_the_contract_says(tmp_path: Path) -> None:
    motion = some_motion()
    save_motion(motion, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as data:
        shapes = {key: data[key].shape for key in data.files}
        trans, poses = data["trans"], data["poses"]
    assert shapes == {
        "poses": (7, 72), "trans": (7, 3), "betas": (10,), "gender": (), "mocap_framerate": (),
        "rest_joints": (24, 3), "track_names": (2,), "track_error": (7, 2),
    }  # fmt: skip
    assert poses.dtype == np.float32
    np.testing.assert_allclose(trans + motion.body.rest_joints[0], motion.root, atol=1e-6)


@pytest.mark.parametrize("width", [66, 72, 156, 165])
def test_amass_files_of_every_width_are_read(tmp_path: Path, width: int) -> None:
    poses = np.zeros((4, width))
    poses[:, 3] = 0.5  # left hip about x
    poses[:, 66:] = 9.0  # hands and face: not SMPL's
    motion = load_motion(amass(tmp_path / "a.npz", poses=poses))
    assert motion.rotations.shape == (4, 24, 3, 3)
    np.testing.assert_allclose(motion.rotations[0, 1], axis_angle_to_matrix(np.array([0.5, 0, 0])))
    np.testing.assert_allclose(motion.rotations[0, 22], np.eye(3))
    np.testing.assert_allclose(motion.root[0], default_body().rest_joints[0])


def test_either_spelling_of_the_rate(tmp_path: Path) -> None:
    assert load_motion(amass(tmp_path / "a.npz")).rate == 60
    other = amass(tmp_path / "b.npz", mocap_framerate=None, mocap_frame_rate=100.0)
    assert load_motion(other).rate == 100


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"poses": None}, "'poses'"),
        ({"trans": None}, "'trans'"),
        ({"trans": np.zeros((3, 3))}, "are not a motion's"),
        ({"poses": np.zeros((4, 10))}, "are not a motion's"),
        ({"poses": np.zeros((0, 72)), "trans": np.zeros((0, 3))}, "are not a motion's"),
        ({"mocap_framerate": 0.0}, "frames per second"),
        ({"mocap_framerate": np.nan}, "frames per second"),
        ({"trans": np.array([[0, 0, 0], [0, 0, 0], [0, np.nan, 0], [0, 0, 0.0]])}, "frame 2"),
    ],
)
def test_a_file_that_is_no_motion_says_why(tmp_path: Path, changes: Any, words: str) -> None:
    file = amass(tmp_path / "bad.npz", **changes)
    with pytest.raises(InputError, match=words) as error:
        load_motion(file)
    assert "bad.npz" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"not an archive at all"])
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.npz"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.npz: not a motion npz"):
        load_motion(file)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.npz"):
        load_motion(tmp_path / "none.npz")


def test_a_pickle_inside_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "sprung",))

    amass(tmp_path / "bad.npz", poses=np.array([Trap()], dtype=object))
    with pytest.raises(InputError):
        load_motion(tmp_path / "bad.npz")
    assert not (tmp_path / "sprung").exists()


def test_whole_frames_are_kept_and_the_middle_is_in_the_middle() -> None:
    motion = some_motion()
    same = motion.at(np.arange(7.0))
    np.testing.assert_allclose(same.rotations, motion.rotations, atol=1e-9)
    np.testing.assert_allclose(same.root, motion.root)
    half = motion.at(np.array([2.5]))
    np.testing.assert_allclose(half.root[0], motion.root[2:4].mean(axis=0))
    between = np.swapaxes(motion.rotations[2], -1, -2) @ half.rotations[0]
    np.testing.assert_allclose(
        between @ between, np.swapaxes(motion.rotations[2], -1, -2) @ motion.rotations[3], atol=1e-6
    )


def test_frames_past_the_ends_are_held() -> None:
    motion = some_motion()
    held = motion.at(np.array([-3.0, 99.0]))
    np.testing.assert_allclose(held.root, motion.root[[0, -1]])


def test_one_frame_can_be_resampled() -> None:
    one = some_motion(frames=1)
    assert one.at(np.array([0.0, 0.5])).frames == 2
    assert one.at_rate(30.0).frames == 1


@pytest.mark.parametrize(("rate", "frames"), [(30.0, 2), (60.0, 4), (120.0, 7), (240.0, 13)])
def test_at_rate_keeps_the_length_in_seconds(rate: float, frames: int) -> None:
    motion = some_motion().at_rate(rate)
    assert (motion.frames, motion.rate) == (frames, rate)
    np.testing.assert_allclose(motion.root[0], some_motion().root[0])


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    file.write_bytes(b"old")

    def fails(out: Any) -> None:
        out.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(file, fails)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        write_whole(tmp_path / "file" / "a.npz", lambda out: out.write(b""))


def test_folders_are_made_and_files_are_readable(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "a.npz"
    write_whole(file, lambda out: out.write(b"x"))
    assert file.read_bytes() == b"x"
    assert file.stat().st_mode & 0o044


@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.5, 1.9, 3.0])
def test_between_two_frames_the_root_is_on_their_line(place: float) -> None:
    motion = replace(some_motion(4), root=np.array([[0.0, 0, 0], [1, 0, 0], [5, 0, 0], [5, 7, 0]]))
    low = min(int(place), 2)
    expected = motion.root[low] + (place - low) * (motion.root[low + 1] - motion.root[low])
    np.testing.assert_allclose(motion.at(np.array([place])).root[0], expected)
