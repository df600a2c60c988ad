# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion: the result, joint rotations over time, and its AMASS-format file."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import Body, default_body
from ..files.atomic import write_whole
from ..files.npz import read_npz
from ..files.npz_writer import NpzWriter
from ..files.regular import reading
from ..files.values import array_of
from ..geometry.kinematics import forward
from ..geometry.rotations import (
    axis_angle_to_matrix,
    matrix_to_axis_angle,
    matrix_to_quaternion,
    quaternion_to_matrix,
    slerp,
)
from ..geometry.skeleton import N_JOINTS
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map, thread_pool

_FARTHEST: Final = 1e6
"""Metres and radians that no pose and no place of a take goes beyond."""
_LARGEST: Final = 5.0
"""Metres: no joint of a body at rest is further from its origin."""
_SLOWEST: Final = 0.01
_FASTEST: Final = 1e5
"""Frames per second that a file may say."""
_MOST_FRAMES: Final = 20_000_000
"""Frames that a motion is resampled to: two days at 120 a second."""
_CHUNK: Final = 512
"""Frames whose rotations are converted at a time, few enough for a processor's cache."""


@dataclass(frozen=True)
class Motion:
    """A body moving, world Z up, metres.

    rotations: (T, 24, 3, 3), each in its parent's frame, the pelvis's in the world's.
    root: (T, 3) the pelvis joint. rate: frames per second.
    track_names, track_error: the K tracks solved for and (T, K) distances in metres, NaN unseen.
    betas: (10,) and gender: of the model file that the body is from, if it is from one.
    """

    rotations: Floats
    root: Floats
    rate: float
    body: Body
    track_names: tuple[str, ...] = ()
    track_error: Floats | None = None
    betas: Floats | None = None
    gender: str = "neutral"

    @property
    def frames(self) -> int:
        """Number of frames, T."""
        return self.rotations.shape[0]

    def joints(self) -> Floats:
        """(T, 24, 3) world positions in metres."""
        return forward(self.rotations, self.body.offsets, self.root)[1]

    def between(self, start: int, stop: int) -> "Motion":
        """Frames `start` to `stop`, the latter not included."""
        error = self.track_error
        return replace(
            self, rotations=self.rotations[start:stop], root=self.root[start:stop],
            track_error=None if error is None else error[start:stop],
        )  # fmt: skip

    def at(self, frames: Floats) -> "Motion":
        """The motion at fractional frames (N,), held at both ends.

        Rotations by slerp, root linearly. Track errors belong to whole frames and are left out.
        """
        wanted = np.clip(np.asarray(frames, dtype=np.float64), 0, self.frames - 1)
        whole = np.rint(wanted).astype(np.intp)
        if np.array_equal(whole, wanted):  # its own frames, as a take at the scene's rate is baked
            shown = slice(None) if np.array_equal(whole, np.arange(self.frames)) else whole
            return replace(
                self, rotations=self.rotations[shown], root=self.root[shown], track_error=None
            )
        low = np.minimum(wanted.astype(np.intp), max(self.frames - 2, 0))
        high = np.minimum(low + 1, self.frames - 1)
        t = wanted - low
        q = matrix_to_quaternion(self.rotations)
        turned = slerp(q[low], q[high], np.broadcast_to(t[:, None], (len(t), N_JOINTS)))
        root = self.root[low] + t[:, None] * (self.root[high] - self.root[low])
        return replace(self, rotations=quaternion_to_matrix(turned), root=root, track_error=None)

    def at_rate(self, rate: float) -> "Motion":
        """Resampled to another number of frames per second, first frame kept."""
        wanted = (self.frames - 1) / self.rate * rate
        if wanted > _MOST_FRAMES:
            raise InputError(
                f"{self.frames} frames at {self.rate:g} a second would be {wanted:.3g} at "
                f"{rate:g}; "
                "set the rate that the take really has"
            )
        count = int(np.floor(wanted + 1e-6)) + 1
        return replace(self.at(np.arange(count) * (self.rate / rate)), rate=rate)


def save_motion(motion: Motion, path: Path | str) -> None:
    """Write the contract's npz (AMASS and more), whole or not at all."""
    error = motion.track_error
    if error is None:
        error = np.full((motion.frames, len(motion.track_names)), np.nan)
    arrays: dict[str, NDArray[Any]] = {
        "poses": poses_of(motion.rotations),
        "trans": (motion.root - motion.body.rest_joints[0]).astype(np.float32),
        "betas": (np.zeros(10) if motion.betas is None else motion.betas).astype(np.float32),
        "gender": np.array(motion.gender),
        "mocap_framerate": np.array(float(motion.rate)),
        "rest_joints": motion.body.rest_joints.astype(np.float32),
        "track_names": np.array(motion.track_names, dtype=np.str_),
        "track_error": error.astype(np.float32),
    }

    def write(file: BinaryIO) -> None:
        writer = NpzWriter(file)
        for name, array in arrays.items():
            writer.add(name, array)
        writer.close()

    with thread_pool():
        write_whole(Path(path), write)


def poses_of(rotations: Floats) -> NDArray[np.float32]:
    """Rotations (T, 24, 3, 3) as a file has them: (T, 72) rotation vectors, radians."""
    poses = np.empty((len(rotations), rotations.shape[1] * 3), dtype=np.float32)

    def convert(first: int) -> None:
        chunk = slice(first, first + _CHUNK)
        vectors = matrix_to_axis_angle(rotations[chunk])
        poses[chunk] = vectors.reshape(len(vectors), -1)

    if len(rotations) <= _CHUNK:
        convert(0)
    else:
        run_steps(parallel_map(convert, range(0, len(rotations), _CHUNK)))
    return poses


def load_motion(path: Path | str) -> Motion:
    """Read an AMASS-format npz: poses (T, 72), (T, 156) or (T, 165), Z up.

    Without `rest_joints` the default body is taken. InputError says what is missing.
    """
    path = Path(path)
    with reading(path, "a motion"):
        return _motion(read_npz(path, _KEYS, "a motion"), path)


def _motion(files: dict[str, Any], path: Path) -> Motion:
    for key in ("poses", "trans"):
        if key not in files:
            raise InputError(f"{path}: there is no {key!r} in it, so it is not an AMASS motion")
    poses, trans = _numbers(files, "poses", path), _numbers(files, "trans", path)
    fits = poses.ndim == 2 and poses.shape[1] >= 66 and trans.shape == (len(poses), 3)
    if not fits or not len(poses):
        raise InputError(f"{path}: poses {poses.shape} and trans {trans.shape} are not a motion's")
    usable = (np.abs(poses) < _FARTHEST).all(axis=1) & (np.abs(trans) < _FARTHEST).all(axis=1)
    if not usable.all():
        frame = int(np.argmin(usable))
        raise InputError(
            f"{path}: frame {frame} holds values that are not numbers, or beyond measure"
        )
    rate = _rate(files, path)
    vectors = np.zeros((len(poses), N_JOINTS, 3))
    vectors[:, :22] = poses[:, :66].reshape(-1, 22, 3)
    body = default_body()
    if files.get("rest_joints", np.empty(0)).shape == (N_JOINTS, 3):
        rest = _numbers(files, "rest_joints", path)
        body = Body(array_of(rest, (N_JOINTS, 3), f"{path}: 'rest_joints'", _LARGEST))
    names = tuple(str(n) for n in np.atleast_1d(files.get("track_names", np.empty(0))).ravel())
    return Motion(
        axis_angle_to_matrix(vectors), trans + body.rest_joints[0], rate, body, names,
        _errors(files.get("track_error"), (len(poses), len(names))), _betas(files.get("betas")),
        _gender(files.get("gender")),
    )  # fmt: skip


def _numbers(files: dict[str, Any], key: str, path: Path) -> Any:
    if files[key].dtype.kind not in "fiu":
        raise InputError(f"{path}: {key!r} is of type {files[key].dtype}, not numbers")
    return files[key]


def _rate(files: dict[str, Any], path: Path) -> float:
    for key in ("mocap_framerate", "mocap_frame_rate"):
        if key not in files:
            continue
        value = files[key]
        plain = value.dtype.kind in "fiu" and value.size == 1
        rate = float(value.reshape(-1)[0]) if plain else np.nan
        if not _SLOWEST <= rate <= _FASTEST:
            raise InputError(f"{path}: its {key!r} is not a number of frames per second")
        return rate
    return 30.0


def _errors(values: Any, shape: tuple[int, int]) -> Floats | None:
    """Track errors that belong to the motion's frames and tracks, else None."""
    fits = values is not None and values.dtype.kind == "f" and values.shape == shape
    return values if fits else None


def _betas(values: Any) -> Floats | None:
    """The first ten, those that a file lacks as zeros; None where there are none."""
    if values is None or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        return None
    betas = np.zeros(10)
    given = values.reshape(-1)[:10]
    betas[: len(given)] = given
    return betas


def _gender(value: Any) -> str:
    """As AMASS has it, in text or bytes."""
    if value is None or value.size != 1 or value.dtype.kind not in "SU":
        return "neutral"
    found = value.reshape(-1)[0]
    text = found.decode("latin1") if isinstance(found, bytes) else str(found)
    return text if text in ("female", "male") else "neutral"


_KEYS = frozenset(
    ("poses", "trans", "mocap_framerate", "mocap_frame_rate", "rest_joints", "track_names",
     "track_error", "betas", "gender")
)  # fmt: skip
