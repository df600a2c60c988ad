# SPDX-License-Identifier: GPL-3.0-or-later
"""The clips to measure on: AMASS-format files in a folder, with other proportions if wanted, or as
people of a model file."""

import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..body import REGION_NAMES, Body, default_body, region_scales
from ..errors import InputError
from ..motion import Motion, load_motion
from ..smplfile import N_BETAS, SmplFile


@dataclass(frozen=True)
class Clip:
    """One take of truth. name: its path under the data folder. seed: its own, from that name.
    model: the file whose people move, where it is not the default body."""

    name: str
    motion: Motion
    seed: int
    model: SmplFile | None = None


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


def load_clip(
    file: Path,
    folder: Path,
    rate: float | None,
    proportions: float,
    model: SmplFile | None = None,
) -> Clip:
    """Read a clip, resample it to `rate`, and give it a body of its own.

    proportions: standard deviation of each region's size; 0 leaves the clip's own body. The root's
    height is scaled with the legs, so that the feet stay about where they were. model: make the
    clip's betas a person of this file; proportions are then the standard deviation of what is added
    to each beta.
    """
    name = file.relative_to(folder).as_posix()
    seed = zlib.crc32(name.encode())
    motion = load_motion(file)
    if rate is not None and rate != motion.rate:
        motion = motion.at_rate(rate)
    random = np.random.default_rng([seed, 1])
    if model is not None:
        motion = on_model(motion, model, proportions, random)
    elif proportions > 0:
        motion = with_proportions(motion, proportions, random)
    return Clip(name, motion, seed, model)


def with_proportions(motion: Motion, spread: float, random: np.random.Generator) -> Motion:
    """The same rotations on the default body with random proportions, between 0.6 and 1.4."""
    factors = np.clip(1 + spread * random.standard_normal(len(REGION_NAMES)), 0.6, 1.4)
    return _on_body(motion, default_body().scaled(region_scales(factors)))


def on_model(motion: Motion, model: SmplFile, spread: float, random: np.random.Generator) -> Motion:
    """The same motion by a person of a model file, whose betas are the clip's own.

    The clip's `trans` is kept as AMASS means it: measured from where the file has its pelvis.
    spread: of what is added to each beta.
    """
    own = np.zeros(N_BETAS) if motion.betas is None else motion.betas
    body = model.body(own)
    root = motion.root - motion.body.rest_joints[0] + body.rest_joints[0]
    motion = replace(motion, body=body, root=root, betas=own, gender=model.gender)
    if spread == 0:
        return motion
    betas = np.clip(own + spread * random.standard_normal(N_BETAS), -4.0, 4.0)
    return replace(_on_body(motion, model.body(betas)), betas=betas)


def _on_body(motion: Motion, body: Body) -> Motion:
    """The same rotations on a body, the root's height scaled with the legs."""
    legs = body.rest_joints[0, 1] - body.rest_joints[:, 1].min()
    before = motion.body.rest_joints[0, 1] - motion.body.rest_joints[:, 1].min()
    return replace(motion, body=body, root=motion.root * (legs / before))
