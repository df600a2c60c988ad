# SPDX-License-Identifier: GPL-3.0-or-later
"""RICH's bodies (Huang et al. 2022): `SEQUENCE/FRAME/PERSON.pkl`, SMPL-X's parameters of one frame.

FRAME is a number of five digits, PERSON one of three: `train/BBQ_001_guitar/00017/001.pkl`. A
pickle holds `global_orient` (1, 3), `body_pose` (1, 63), `transl` (1, 3), `betas` (1, 10), and
hands and face. The world is that of the calibrated cameras; films have 30 frames a second.
"""

from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np

from ..body.smpl_file.unpickle import read_pickle
from ..motion.motion import Motion
from ..runtime.errors import InputError
from .fields import as_rotations, motion_of, numbers
from .upright import turned_upright

_KEYS: Final = ("global_orient", "body_pose", "transl", "betas")


def is_rich(path: Path) -> bool:
    """Whether a path is that of a frame of RICH."""
    names = (path.stem, path.parent.name)
    return path.suffix == ".pkl" and all(n.isascii() and n.isdigit() for n in names)


def read_rich(files: tuple[Path, ...]) -> list[tuple[int, Motion]]:
    """The frames of one person in one sequence: a motion, and the first frame's number, for every
    run of frames that follow each other."""
    ordered = sorted(files, key=_frame)
    runs = groupby(enumerate(ordered), key=lambda numbered: _frame(numbered[1]) - numbered[0])
    return [_run([file for _, file in run]) for _, run in runs]


def _run(files: list[Path]) -> tuple[int, Motion]:
    read = [_one(file) for file in files]
    turns, places, betas = (np.concatenate([one[i] for one in read]) for i in range(3))
    motion = motion_of(turns, places, betas, "neutral", files[0])
    return _frame(files[0]), turned_upright(motion)


def _one(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    fields = read_pickle(path, _KEYS)
    for key in _KEYS:
        if key not in fields:
            raise InputError(f"{path}: there is no {key!r} in it, so it is not a frame of RICH")
    orient, pose, transl, betas = (numbers(fields, key, path) for key in _KEYS)
    root = as_rotations(orient, 1, "global_orient", path)
    body = as_rotations(pose, 21, "body_pose", path)
    if len(root) != 1 or len(body) != 1 or transl.size != 3 or betas.size < 10:
        raise InputError(f"{path}: does not hold the parameters of one person in one frame")
    return np.concatenate((root, body), axis=1), transl.reshape(1, 3), betas.reshape(1, -1)[:, :10]


def _frame(path: Path) -> int:
    return int(path.parent.name)
