# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips of AMASS format as one block of rotations, and windows drawn from it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..body.body import default_body
from ..geometry.skeleton import JOINT_INDEX, MIRROR, N_POSED
from ..motion.motion import load_motion
from ..runtime.errors import InputError

VALIDATION: tuple[str, ...] = (
    "cmu/12_", "cmu/90_", "cmu/94_", "vsports/s_004", "ys2010/physics2_WalkSoldier",
    "reactidle/002", "tennis/tennis_KangTennisN08",
)  # fmt: skip
"""Beginnings of `<set>/<clip>` that training leaves out: whole subjects, for tuning."""

SET_WEIGHTS: dict[str, float] = {"cmu": 3.0, "reactidle": 0.6, "martial": 2.0, "tennis": 0.7}
"""How often a frame of a set is drawn beside the others: more where the motion is richer."""

LOOSE_ARMS: tuple[str, ...] = ("ys2010", "tennis")
"""Sets whose rigs turn upper arms and forearms about themselves at will: their arms' positions
are learned from, their rotations little."""
LOOSE_TRUST = 0.1


@dataclass(frozen=True)
class Clips:
    """rotations: (F, 22, 3, 3) all clips end to end. roots: (F, 3) metres, every body made the default
    one's size. starts, lengths: (C,) frames of each clip. chance: (C,) the odds to draw from each clip. trust: (C, 22) how far each joint's rotation counts
    as truth."""

    rotations: Tensor
    roots: Tensor
    starts: Tensor
    lengths: Tensor
    chance: Tensor
    trust: Tensor


def is_validation(path: Path) -> bool:
    """Whether a clip file is kept apart for tuning."""
    return f"{path.parent.name}/{path.name}".startswith(VALIDATION)


def load_clips(folder: Path, validation: bool = False) -> Clips:
    """All clips below `folder`, at 30 frames per second: those for training, or those kept apart."""
    files = [f for f in sorted(folder.rglob("*.npz")) if is_validation(f) == validation]
    if not files:
        raise InputError(f"{folder}: there are no motion clips (*.npz) below this folder")
    blocks: list[Tensor] = []
    roots: list[Tensor] = []
    lengths: list[int] = []
    weights: list[float] = []
    trust: list[Tensor] = []
    for file in files:
        motion = load_motion(file)
        if abs(motion.rate - 30.0) > 0.5:
            motion = motion.at_rate(30.0)
        blocks.append(torch.from_numpy(motion.rotations[:, :N_POSED].astype(np.float32)))
        unit = motion.body.height / default_body().height
        roots.append(torch.from_numpy((motion.root / unit).astype(np.float32)))
        lengths.append(motion.frames)
        weights.append(motion.frames * SET_WEIGHTS.get(file.parent.name, 1.0))
        trust.append(_joint_trust(file.parent.name))
    length = torch.tensor(lengths)
    chance = torch.tensor(weights, dtype=torch.float64)
    starts = torch.cumsum(length, 0) - length
    odds = chance / chance.sum()
    return Clips(
        torch.cat(blocks), torch.cat(roots), starts, length, odds, torch.stack(trust)
    )  # fmt: skip


def _joint_trust(name: str) -> Tensor:
    trust = torch.ones(N_POSED)
    if name in LOOSE_ARMS:
        trust[[JOINT_INDEX[f"{side}_{part}"] for side in "LR" for part in _ARM]] = LOOSE_TRUST
    return trust


_ARM = ("Shoulder", "Elbow", "Wrist")


def draw_windows(
    clips: Clips, count: int, length: int, random: torch.Generator, strides: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """(count, length, 22, 3, 3): windows at random places, strides and time directions; half of
    them mirrored. A window that reaches past its clip's end holds the last frame.

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
    windows = clips.rotations[clips.starts[which][:, None] + steps]
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
