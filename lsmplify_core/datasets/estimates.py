# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses that an image-based estimator found, as such tools write them.

Read are `.npz`, and `.pkl` of pickle or joblib: one dictionary of arrays by frame; a dictionary of
these by person (VIBE, WHAM); or a dictionary by frame that lists the people in it with their
track's number (PHALP, 4D-Humans). Rotations are axis-angles or matrices, in one array or as root
and body.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..body.smpl_file.unpickle import read_pickled
from ..files.npz import read_npz
from ..motion.motion import Motion
from ..runtime.errors import InputError
from .fields import Fields, as_rotations, gender_of, motion_of, numbers

_POSE: Final = ("pose_world", "poses", "pose", "smpl_pose", "smpl_poses", "pred_pose", "full_pose",
                "rotmat", "pred_rotmat")  # fmt: skip
_ROOT: Final = ("global_orient", "root_orient", "poses_root", "pred_global_orient")
_BODY: Final = ("body_pose", "pose_body", "poses_body", "pred_body_pose")
_PLACE: Final = ("trans_world", "trans", "transl", "translation", "pred_trans", "smpl_trans")
_SHAPE: Final = ("betas", "pred_betas", "shape", "pred_shape")
_FRAMES: Final = ("frame_ids", "frame_id", "frames")
_NEEDED: Final = (*_POSE, *_ROOT, *_BODY, *_PLACE, *_SHAPE, *_FRAMES)
_MOST_PEOPLE: Final = 1000
_MOST_LOST: Final = 100
"""A person is found in one of so many frames of the film at least, or in the first ten thousand:
the motion is drawn out over all of them."""


@dataclass(frozen=True)
class Estimate:
    """One person. motion: as many frames as were found. frames: (N,) their rising numbers, from
    0."""

    motion: Motion
    frames: NDArray[np.intp]

    def over(self, count: int) -> Motion:
        """The motion in frames 0 to `count` of the film; where the person was lost, rotations run
        by the shortest way, and before the first and after the last they hold."""
        wanted = np.interp(np.arange(count), self.frames, np.arange(len(self.frames)))
        return self.motion.at(wanted)


def read_estimates(path: Path) -> list[Estimate]:
    """Everyone in a file, in its order. InputError where it holds no poses that are known."""
    if path.suffix.lower() == ".npz":
        return [_estimate(_npz(path), path)]
    return estimates_in(read_pickled(path), path)


def estimates_in(content: Any, path: Path) -> list[Estimate]:
    """Everyone in a pickle's content."""
    people = _people(content)
    if not people:
        raise InputError(
            f"{path}: holds no poses by a name that is known ({', '.join(_POSE[1:3])}, or "
            f"{_ROOT[0]} and {_BODY[0]})"
        )
    return [_estimate(fields, path) for fields in people[:_MOST_PEOPLE]]


def _people(content: Any) -> list[Fields]:
    if not isinstance(content, dict):
        return []
    if _has_pose(content):
        return [content]
    inside = [value for value in content.values() if isinstance(value, dict)]
    if inside and all("smpl" in one and isinstance(one["smpl"], list) for one in inside):
        return _by_track(inside)
    return [one for one in inside if _has_pose(one)]


def _has_pose(fields: Fields) -> bool:
    return _first(fields, _POSE) is not None or (
        _first(fields, _ROOT) is not None and _first(fields, _BODY) is not None
    )


def _by_track(frames: list[dict[str, Any]]) -> list[Fields]:
    """PHALP's frames, each with lists of people, as one set of fields a track."""
    tracks: dict[int, list[tuple[int, Fields]]] = {}
    for index, frame in enumerate(frames):
        number = frame.get("time", index)
        for track, person in zip(frame.get("tid", ()), frame["smpl"], strict=False):
            if isinstance(person, dict) and type(track) is int and type(number) is int:
                tracks.setdefault(track, []).append((number, person))
    return [_joined(found) for _, found in sorted(tracks.items())]


def _joined(found: list[tuple[int, Fields]]) -> Fields:
    keys = [k for k in (_ROOT[0], _BODY[0], "betas") if all(k in fields for _, fields in found)]
    joined: dict[str, Any] = {"frame_ids": np.array([number for number, _ in found])}
    for key in keys:
        joined[key] = [fields[key] for _, fields in found]
    return joined


def _estimate(fields: Fields, path: Path) -> Estimate:
    name = _first(fields, _POSE)
    if name is not None:
        rotations = as_rotations(_numbers(fields, name, path), 22, name, path)
    else:
        root, body = _first(fields, _ROOT), _first(fields, _BODY)
        if root is None or body is None:
            raise InputError(f"{path}: holds no poses by a name that is known")
        turns = as_rotations(_numbers(fields, root, path), 1, root, path)
        others = as_rotations(_numbers(fields, body, path), 21, body, path)
        if len(turns) != len(others):
            raise InputError(f"{path}: {root!r} and {body!r} are not of the same frames")
        rotations = np.concatenate((turns[:, :1], others), axis=1)
    place, shape = _first(fields, _PLACE), _first(fields, _SHAPE)
    motion = motion_of(
        rotations,
        None if place is None else _numbers(fields, place, path),
        None if shape is None else _numbers(fields, shape, path),
        gender_of(fields.get("gender")), path,
    )  # fmt: skip
    return Estimate(motion, _frames(fields, motion.frames, path))


def _frames(fields: Fields, count: int, path: Path) -> NDArray[np.intp]:
    name = _first(fields, _FRAMES)
    if name is None:
        return np.arange(count)
    numbers_found = _numbers(fields, name, path).reshape(-1)
    rising = len(numbers_found) == count and (np.diff(numbers_found) > 0).all()
    if not rising or numbers_found[0] < 0 or numbers_found[-1] > max(_MOST_LOST * count, 10_000):
        raise InputError(f"{path}: {name!r} are not the rising numbers of its {count} frames")
    return numbers_found.astype(np.intp)


def _numbers(fields: Fields, key: str, path: Path) -> np.ndarray:
    """A field, or the same field of single frames one after another."""
    if not isinstance(fields[key], list):
        return numbers(fields, key, path)
    parts = [numbers({key: part}, key, path) for part in fields[key]]
    shapes = {part.shape for part in parts}
    if len(shapes) != 1:
        raise InputError(f"{path}: {key!r} is not of the same shape in every frame")
    stacked = np.stack(parts)
    return stacked[:, 0] if stacked.ndim > 2 and stacked.shape[1] == 1 else stacked


def _npz(path: Path) -> Fields:
    return read_npz(path, _NEEDED, "an estimate's")


def _first(fields: Fields, names: Iterable[str]) -> str | None:
    return next((name for name in names if name in fields), None)
