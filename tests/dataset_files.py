# SPDX-License-Identifier: GPL-3.0-or-later
"""Little files as data sets and estimators ship them, written from motions of our own."""

import collections
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.rotations import matrix_to_axis_angle
from lsmplify_core.motion.motion import Motion


def poses(motion: Motion) -> np.ndarray:
    """(T, 72) axis-angles."""
    return matrix_to_axis_angle(motion.rotations).reshape(motion.frames, 72)


def trans(motion: Motion) -> np.ndarray:
    """(T, 3): the root as SMPL's models are given it."""
    return motion.root - default_body().rest_joints[0]


def lying(motion: Motion) -> Motion:
    """The same in a world whose y axis points up."""
    turn = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    rotations = motion.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    return Motion(rotations, motion.root @ turn.T, motion.rate, motion.body)


def save_3dpw(path: Path, people: list[Motion]) -> Path:
    """A sequence of 3DPW, in Python 2's protocol, with fields that nobody reads."""
    y_up = [lying(motion) for motion in people]
    frames = people[0].frames
    content = {
        "sequence": path.stem, "poses": [poses(m) for m in y_up], "trans": [trans(m) for m in y_up],
        "betas": [np.linspace(-1, 1, 10) * (i + 1) for i in range(len(people))],
        "genders": ["mf"[i % 2] for i in range(len(people))],
        "poses_60Hz": [np.repeat(poses(m), 2, axis=0) for m in y_up],
        "trans_60Hz": [np.repeat(trans(m), 2, axis=0) for m in y_up],
        "betas_clothed": [np.zeros(10)] * len(people), "img_frame_ids": np.arange(frames),
        "poses2D": [np.zeros((frames, 3, 18))] * len(people), "cam_intrinsics": np.eye(3),
        "cam_poses": np.tile(np.eye(4), (frames, 1, 1)),
        "campose_valid": [np.ones(frames, dtype=np.uint8)] * len(people),
        "texture_maps": [np.zeros((4, 4, 3), np.uint8)], "v_template_clothed": [np.zeros((9, 3))],
        "jointPositions": [np.zeros((frames, 72))] * len(people),
    }  # fmt: skip
    path.write_bytes(pickle.dumps(content, 2))
    return path


def save_rich(folder: Path, motion: Motion, numbers: list[int], person: str = "001") -> None:
    """A sequence of RICH: a folder a frame, SMPL-X's parameters of one person in a file."""
    y_up = lying(motion)
    vectors, places = poses(y_up), trans(y_up)
    for row, number in enumerate(numbers):
        file = folder / f"{number:05d}" / f"{person}.pkl"
        file.parent.mkdir(parents=True, exist_ok=True)
        one = {
            "global_orient": vectors[row : row + 1, :3], "body_pose": vectors[row : row + 1, 3:66],
            "transl": places[row : row + 1], "betas": np.full((1, 10), 0.5),
            "expression": np.zeros((1, 10)), "jaw_pose": np.zeros((1, 3)),
            "leye_pose": np.zeros((1, 3)), "reye_pose": np.zeros((1, 3)),
            "left_hand_pose": np.zeros((1, 12)), "right_hand_pose": np.zeros((1, 12)),
        }  # fmt: skip
        file.write_bytes(pickle.dumps({k: v.astype(np.float32) for k, v in one.items()}))


def wham(motion: Motion, frames: np.ndarray) -> dict[int, Any]:
    """WHAM's results: a dictionary by person, poses in the camera's and in a world of its own."""
    found: dict[int, Any] = collections.defaultdict(dict)
    found[0] = {
        "pose": np.zeros((motion.frames, 72)), "trans": np.zeros((motion.frames, 3)),
        "pose_world": poses(motion), "trans_world": trans(motion),
        "betas": np.full((motion.frames, 10), 0.3), "verts": np.zeros((2, 5, 3)),
        "frame_ids": frames,
    }  # fmt: skip
    return found


def phalp(motion: Motion, track: int = 4) -> dict[str, Any]:
    """4D-Humans' results: a dictionary by picture, lists of the people in it, matrices."""
    content: dict[str, Any] = {}
    for frame, turned in enumerate(motion.rotations.astype(np.float32)):
        one = {"global_orient": turned[None, 0], "body_pose": turned[1:], "betas": np.zeros(10)}
        other = {key: value + 0 for key, value in one.items()}
        content[f"outputs/img/{frame:06d}.jpg"] = {
            "time": frame, "shot": 0, "tid": [track, 9] if frame % 2 else [track],
            "smpl": [one, other] if frame % 2 else [one], "conf": [0.9], "mask": [],
            "camera": [np.zeros(3)],
        }  # fmt: skip
    return content


def with_joblib(path: Path, content: Any, compress: int = 0) -> Path:
    """A file as joblib's `dump` writes it."""
    import joblib  # type: ignore[import-untyped]

    joblib.dump(content, path, compress=compress)
    return path
