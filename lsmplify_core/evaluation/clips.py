# SPDX-License-Identifier: GPL-3.0-or-later
"""The clips to measure on: motions of a folder, with other proportions if wanted, or as people of a
model file; and what an estimator said of them."""

import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..body.body import REGION_NAMES, Body, default_body, region_scales
from ..body.smpl_file import N_BETAS, SmplFile
from ..datasets import Source, read_estimates, read_source
from ..motion.motion import Motion
from ..runtime.errors import InputError


@dataclass(frozen=True)
class Clip:
    """One take of truth. name: its path under the data folder. seed: its own, from that name.
    model: the file whose people move, where it is not the default body. start: another estimator's
    poses of the same frames, to start from in the protocol plugin, or None."""

    name: str
    motion: Motion
    seed: int
    model: SmplFile | None = None
    start: Motion | None = None


def load_clips(
    source: Source,
    rate: float | None = None,
    proportions: float = 0.0,
    model: SmplFile | None = None,
    starts: Path | None = None,
) -> list[Clip]:
    """The clips of a source, resampled to `rate`, each given a body of its own.

    proportions: standard deviation of each region's size; 0 leaves the clip's own body. The root's
    height is scaled with the legs, so that the feet stay about where they were. model: make the
    clip's betas a person of this file; proportions are then the standard deviation of what is added
    to each beta. starts: folder of estimators' results, by the clips' names.
    """
    clips: list[Clip] = []
    for name, motion in read_source(source):
        start = None if starts is None else _start(starts, name, motion)
        if rate is not None and rate != motion.rate:
            motion = motion.at_rate(rate)
            start = start and start.at_rate(rate)
        seed = zlib.crc32(name.encode())
        random = np.random.default_rng([seed, 1])
        if model is not None:
            motion = on_model(motion, model, proportions, random)
            start = start and on_model(start, model, 0.0, random)
        elif proportions > 0:
            motion = with_proportions(motion, proportions, random)
        clips.append(Clip(name, motion, seed, model, start))
    return clips


def load_clip(
    file: Path,
    folder: Path,
    rate: float | None = None,
    proportions: float = 0.0,
    model: SmplFile | None = None,
) -> Clip:
    """The clip of a file of one motion; otherwise as `load_clips`."""
    source = Source(file.relative_to(folder).as_posix(), (file,))
    return load_clips(source, rate, proportions, model)[0]


def _start(folder: Path, name: str, motion: Motion) -> Motion:
    """What an estimator found of a clip: `NAME.npz` or `NAME.pkl` in the folder, the person of the
    clip's number where there are several, at the clip's own frames."""
    path, _, person = name.partition("#")
    for suffix in (".npz", ".pkl"):
        file = (folder / path).with_suffix(suffix)
        if file.is_file():
            break
    else:
        raise InputError(
            f"{folder}: there is no {Path(path).with_suffix('.npz')} (or .pkl) with poses to start "
            f"{name} from"
        )
    found = read_estimates(file)
    index = int(person) if person.isdigit() and len(found) > 1 else 0
    if index >= len(found):
        raise InputError(f"{file}: holds {len(found)} people, and {name} is another")
    return replace(found[index].over(motion.frames), rate=motion.rate)


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
