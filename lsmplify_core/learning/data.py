# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips of AMASS format as one block of rotations, and windows drawn from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..anatomy.convention import to_convention
from ..anatomy.doubtful import doubtful
from ..anatomy.palms import palm_rest, without_palm_rest
from ..anatomy.toes import rigid_toes, usual_toe_bend, with_toes, without_rest
from ..body.body import default_body
from ..geometry.skeleton import MIRROR, N_POSED
from ..motion.motion import load_motion
from ..runtime.console import say
from ..runtime.errors import InputError

VALIDATION: tuple[str, ...] = (
    "cmu/12_", "cmu/90_", "cmu/94_", "vsports/s_004", "ys2010/physics2_WalkSoldier",
    "reactidle/002", "tennis/tennis_KangTennisN08",
)  # fmt: skip
"""Beginnings of `<set>/<clip>` that training leaves out: whole subjects, for tuning."""

SET_WEIGHTS: dict[str, float] = {"cmu": 3.0, "reactidle": 0.6, "martial": 2.0, "tennis": 0.7}
"""How often a frame of a set is drawn beside the others: more where the motion is richer."""

_TOES: tuple[float, float] = (0.5, 1.2)
"""Toes of rigs without any bend between so and so many times what is usual."""


@dataclass(frozen=True)
class Clips:
    """rotations: (F, 22, 3, 3) all clips end to end, as the files have them or in the anatomical
    convention. roots: (F, 3)
    metres, every body made the default one's size. starts, lengths: (C,) frames of each clip.
    chance: (C,) the odds to draw from each clip. trust: (C, 22) how far each joint's rotation
    counts as truth. toes: (F, 2) radians by which rigs without toes of their own would have them
    extended."""

    rotations: Tensor
    roots: Tensor
    starts: Tensor
    lengths: Tensor
    chance: Tensor
    trust: Tensor
    toes: Tensor


def is_validation(path: Path) -> bool:
    """Whether a clip file is kept apart for tuning."""
    return f"{path.parent.name}/{path.name}".startswith(VALIDATION)


def load_clips(
    folder: Path, validation: bool = False, anatomical: bool = False, without: str = ""
) -> Clips:
    """All clips below `folder`, at 30 frames per second: those for training, or those kept apart.

    anatomical: bring rotations into the anatomical convention. without: leave out a set, to measure
    on it what a network that never saw it does. Clips whose elbows bend backwards are left out.
    """
    files = [f for f in sorted(folder.rglob("*.npz")) if is_validation(f) == validation]
    files = [f for f in files if f.parent.name != without]
    if not files:
        raise InputError(f"{folder}: there are no motion clips (*.npz) below this folder")
    return clips_of(files, anatomical)


def clips_of(files: Sequence[Path], anatomical: bool = False) -> Clips:
    """These clips, at 30 frames per second; InputError where none of them can be learned from."""
    clips = [_clip(file, anatomical) for file in files]
    clips = [clip for clip in clips if clip is not None]
    if not clips:
        raise InputError(f"{files[0]}: every clip beside it bends its elbows backwards")
    rotations, roots, toes, names = zip(*clips, strict=True)
    length = torch.tensor([len(block) for block in rotations])
    weights = [len(r) * SET_WEIGHTS.get(n, 1.0) for r, n in zip(rotations, names, strict=True)]
    chance = torch.tensor(weights, dtype=torch.float64)
    starts = torch.cumsum(length, 0) - length
    odds = chance / chance.sum()
    trust = torch.ones(len(clips), N_POSED)
    return Clips(
        torch.cat(rotations), torch.cat(roots), starts, length, odds, trust, torch.cat(toes)
    )  # fmt: skip


def _clip(file: Path, anatomical: bool) -> tuple[Tensor, Tensor, Tensor, str] | None:
    """A file's rotations, roots, toes by rule and set; None where its elbows bend backwards."""
    motion = load_motion(file)
    if abs(motion.rate - 30.0) > 0.5:
        motion = motion.at_rate(30.0)
    rotations, offsets = motion.rotations, motion.body.offsets
    wrong = doubtful(rotations, offsets)
    if wrong is not None:
        say(f"{file}: left out, since {wrong}")
        return None
    palms = palm_rest(rotations, offsets, motion.rate)
    if palms:
        say(f"{file}: its palms are turned by {np.degrees(palms):.0f}° at rest; turned back")
        rotations = without_palm_rest(rotations, offsets, palms)
    if anatomical:
        rotations = to_convention(rotations, offsets, motion.rate)
        rotations = without_rest(rotations, motion.rate)
    bend = np.zeros((motion.frames, 2))
    if rigid_toes(rotations):
        bend = usual_toe_bend(rotations, offsets, motion.root, motion.rate)
    root = motion.root / (motion.body.height / default_body().height)
    block, root, bend = (
        torch.from_numpy(v.astype(np.float32)) for v in (rotations[:, :N_POSED], root, bend)
    )
    return block, root, bend, file.parent.name


def draw_windows(
    clips: Clips, count: int, length: int, random: torch.Generator, strides: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """(count, length, 22, 3, 3): windows at random places, strides and time directions; half of
    them mirrored. A window that reaches past its clip's end holds the last frame. Where a rig has
    no toes, half of the windows bend them by rule, more or less.

    Also (count, 22), how far each joint's rotation counts as truth."""
    which = torch.multinomial(clips.chance, count, replacement=True, generator=random)
    stride = torch.tensor(strides)[torch.randint(len(strides), (count,), generator=random)]
    span = stride * (length - 1)
    room = (clips.lengths[which] - span).clamp(min=1)
    first = (torch.rand(count, generator=random) * room).long()
    steps = first[:, None] + stride[:, None] * torch.arange(length)
    steps = torch.minimum(steps, clips.lengths[which][:, None] - 1)
    backwards = torch.rand(count, generator=random) < 0.5
    steps = torch.where(backwards[:, None], steps.flip(1), steps)
    frames = clips.starts[which][:, None] + steps
    gain = _TOES[0] + (_TOES[1] - _TOES[0]) * torch.rand(count, generator=random)
    gain = torch.where(torch.rand(count, generator=random) < 0.5, gain, 0.0)
    windows = with_toes(clips.rotations[frames], gain[:, None, None] * clips.toes[frames])
    mirrored = torch.rand(count, generator=random) < 0.5
    windows = torch.where(mirrored[:, None, None, None, None], mirror(windows), windows)
    return windows, clips.trust[which]


def mirror(rotations: Tensor) -> Tensor:
    """The mirror image in the plane x = 0: (..., 22, 3, 3) -> the same."""
    flip = torch.tensor([-1.0, 1.0, 1.0])
    return rotations[..., list(MIRROR[:N_POSED]), :, :] * (flip[:, None] * flip)


def recombine(
    windows: Tensor, trust: Tensor, share: float, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Give a share of the windows the limbs of another: more poses than anyone performed."""
    windows, trust = windows.clone(), trust.clone()
    count = windows.shape[0]
    for chain in _CHAINS:
        take = torch.rand(count, generator=random) < share
        other = torch.randperm(count, generator=random)[take]
        windows[take.nonzero()[:, 0, None], :, chain] = windows[other[:, None], :, chain]
        trust[take.nonzero()[:, 0, None], chain] = trust[other[:, None], chain]
    return windows, trust


_CHAINS: tuple[Tensor, ...] = (
    torch.tensor([1, 2, 4, 5, 7, 8, 10, 11]),
    torch.tensor([13, 14, 16, 17, 18, 19, 20, 21]),
    torch.tensor([12, 15]),
)  # fmt: skip
"""Legs, arms with collars, neck with head."""
