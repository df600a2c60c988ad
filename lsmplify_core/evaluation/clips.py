# SPDX-License-Identifier: GPL-3.0-or-later
"""The clips to measure on: AMASS-format files in a folder, with other proportions if wanted."""

import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..body import REGION_NAMES, default_body, region_scales
from ..errors import InputError
from ..motion import Motion, load_motion


@dataclass(frozen=True)
class Clip:
    """One take of truth. name: its path under the data folder. seed: its own, from that name."""

    name: str
    motion: Motion
    seed: int


def clip_files(folder: Path, subset: str = "") -> list[Path]:
    """Every npz under `folder` whose path there holds `subset`, sorted."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: there is no such folder; --data wants one with AMASS npz files"
        )
    files = sorted(folder.rglob("*.npz"))
    chosen = [f for f in files if subset in f.relative_to(folder).as_posix()]
    if not chosen:
        what = f"no npz file with {subset!r} in its path" if files else "no npz file"
        raise InputError(f"{folder}: there is {what}")
    return chosen


def load_clip(file: Path, folder: Path, rate: float | None, proportions: float) -> Clip:
    """Read a clip, resample it to `rate`, and give it a body of its own.

    proportions: standard deviation of each region's size; 0 leaves the clip's own body. The root's
    height is scaled with the legs, so that the feet stay about where they were.
    """
    name = file.relative_to(folder).as_posix()
    seed = zlib.crc32(name.encode())
    motion = load_motion(file)
    if rate is not None and rate != motion.rate:
        motion = motion.at_rate(rate)
    if proportions > 0:
        motion = with_proportions(motion, proportions, np.random.default_rng([seed, 1]))
    return Clip(name, motion, seed)


def with_proportions(motion: Motion, spread: float, random: np.random.Generator) -> Motion:
    """The same rotations on the default body with random proportions, between 0.6 and 1.4."""
    factors = np.clip(1 + spread * random.standard_normal(len(REGION_NAMES)), 0.6, 1.4)
    body = default_body().scaled(region_scales(factors))
    legs = body.rest_joints[0, 1] - body.rest_joints[:, 1].min()
    before = motion.body.rest_joints[0, 1] - motion.body.rest_joints[:, 1].min()
    return replace(motion, body=body, root=motion.root * (legs / before))
