# SPDX-License-Identifier: GPL-3.0-or-later
"""From arrays as files name them to a Motion: rotations as axis-angles or matrices, of SMPL, SMPL-H
or SMPL-X, whose first 22 joints are the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..body.body import default_body
from ..body.smpl_file.unpickle import array_of
from ..geometry.rotations import axis_angle_to_matrix, nearest_rotation
from ..geometry.skeleton import N_JOINTS, N_POSED
from ..motion.motion import Motion
from ..runtime.array_types import Floats
from ..runtime.errors import InputError

RATE: Final = 30.0
"""Frames per second of 3DPW's and RICH's films; estimators' results do not tell theirs."""
MOST_FRAMES: Final = 1_000_000

Fields = Mapping[str, Any]


def numbers(fields: Fields, key: str, path: Path) -> Floats:
    """A field as an array (double precision) of finite numbers; InputError where it is none."""
    values = fields[key]
    if not isinstance(values, np.ndarray):
        values = array_of(values, key, path)
    if values.dtype.kind not in "iuf":
        raise InputError(f"{path}: {key!r} is not an array of numbers")
    if not np.isfinite(values).all():
        raise InputError(f"{path}: {key!r} holds values that are not numbers")
    return values.astype(np.float64)


def as_rotations(values: Floats, least: int, key: str, path: Path) -> Floats:
    """(T, J, 3, 3) from (T, J, 3, 3), (T, J, 3) or (T, 3 J), J at least `least`.

    A single joint may lack its axis: (T, 3, 3) or (T, 3).
    """
    frames = len(values) if values.ndim > 1 else 0
    each = values.size // frames if frames else 0
    matrices = values.shape[-2:] == (3, 3) and (values.ndim == 4 or (least == 1 and each == 9))
    joints = each // (9 if matrices else 3)
    if not 0 < frames <= MOST_FRAMES or joints < least or each != joints * (9 if matrices else 3):
        raise InputError(
            f"{path}: {key!r} has the shape {values.shape}, which is not that of the rotations of "
            f"{least} joints or more"
        )
    if not matrices:
        return axis_angle_to_matrix(values.reshape(frames, joints, 3))
    found = values.reshape(frames, joints, 3, 3)
    if np.abs(np.swapaxes(found, -1, -2) @ found - np.eye(3)).max() > 0.1:
        raise InputError(f"{path}: {key!r} holds matrices that are not rotations")
    return nearest_rotation(found)


def motion_of(
    rotations: Floats, trans: Floats | None, betas: Floats | None, gender: str, path: Path
) -> Motion:
    """A motion of the default body at 30 frames per second.

    rotations: (T, J, 3, 3), J at least 22. trans: (T, 3) metres, zeros if not given, added to where
    the pelvis is at rest, as SMPL's models do. betas: one row, or one a frame, whose mean is taken.
    """
    frames = len(rotations)
    whole = np.tile(np.eye(3), (frames, N_JOINTS, 1, 1))
    whole[:, :N_POSED] = rotations[:, :N_POSED]
    place = np.zeros((frames, 3)) if trans is None else trans.reshape(len(trans), -1)
    if place.shape != (frames, 3):
        raise InputError(f"{path}: has {frames} poses and places of the shape {place.shape}")
    return Motion(
        whole, place + default_body().rest_joints[0], RATE, default_body(),
        betas=None if betas is None else _ten(betas), gender=gender,
    )  # fmt: skip


def _ten(betas: Floats) -> Floats:
    """The first ten, those that a file lacks as zeros; the mean of those of several frames."""
    given = betas.reshape(len(betas), -1).mean(axis=0) if betas.ndim > 1 else betas.reshape(-1)
    if betas.ndim == 2 and betas.shape[1] == 1:  # a column
        given = betas[:, 0]
    ten = np.zeros(10)
    ten[: min(10, len(given))] = given[:10]
    return ten


def gender_of(value: Any) -> str:
    """As data sets write it: m, male, f, female; anything else is neutral."""
    text = str(value).lower() if isinstance(value, str) else ""
    return {"m": "male", "male": "male", "f": "female", "female": "female"}.get(text, "neutral")
