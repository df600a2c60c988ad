# SPDX-License-Identifier: GPL-3.0-or-later
"""Lessons drawn from solved takes: windows at random places, half of them mirrored, half backwards
in time."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...geometry.skeleton import MIRROR, N_JOINTS, N_POSED
from ...ik.learned.denoiser import N_INPUTS
from ...ik.learned.features import N_FEATURES
from ...runtime.array_types import Floats
from .takes import SolvedTake

_FLIP: Final = np.array([-1.0, 1.0, 1.0], dtype=np.float32)
_TURNED: Final = np.outer(_FLIP, _FLIP)
"""What the mirror image in the plane x = 0 makes of vectors' and of rotations' numbers."""
_MOVING: Final = slice(N_FEATURES + 3, N_FEATURES + 9)
"""Inputs that change their sign where time runs backwards: speed and turning."""


@dataclass(frozen=True)
class Windows:
    """Of B windows with L frames each. inputs: (B, L, N_INPUTS). rotations, truth: (B, L, 22, 3,
    3). root, true_root: (B, L, 3). bones: (B, 24, 3)."""

    inputs: Tensor
    rotations: Tensor
    root: Tensor
    truth: Tensor
    true_root: Tensor
    bones: Tensor


def draw_windows(
    takes: list[SolvedTake], count: int, length: int, random: np.random.Generator
) -> Windows:
    """`count` windows of `length` frames; one that reaches past its take's end holds the last
    frame."""
    frames = np.array([len(take.root) for take in takes], dtype=np.float64)
    chosen = random.choice(len(takes), count, p=frames / frames.sum())
    parts = [_window(takes[n], length, random) for n in chosen.tolist()]
    stacked = (torch.from_numpy(np.stack(column)) for column in zip(*parts, strict=True))
    return Windows(*stacked)


def _window(take: SolvedTake, length: int, random: np.random.Generator) -> tuple[Floats, ...]:
    frames = len(take.root)
    first = int(random.integers(max(1, frames - length + 1)))
    at = np.minimum(first + np.arange(length), frames - 1)
    backwards, mirrored = random.random() < 0.5, random.random() < 0.5
    at = at[::-1] if backwards else at
    inputs = take.inputs[at].astype(np.float32)
    inputs[:, _MOVING] *= -1.0 if backwards else 1.0
    window = (
        inputs, take.rotations[at], take.root[at], take.truth[at], take.true_root[at], take.bones,
    )  # fmt: skip
    return mirror_image(window) if mirrored else window


def mirror_image(window: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """Inputs, rotations, root, truth, true root and bones of a window as a mirror shows them."""
    inputs, rotations, root, truth, true_root, bones = window
    posed = list(MIRROR[:N_POSED])
    return (
        inputs[:, ORDER] * SIGNS,
        rotations[:, posed] * _TURNED,
        root * _FLIP,
        truth[:, posed] * _TURNED,
        true_root * _FLIP,
        bones[list(MIRROR)] * _FLIP,
    )


def _mirrored_inputs() -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """From which input each of the mirror image's comes, and with which sign."""
    joints, posed = np.array(MIRROR), np.array(MIRROR[:N_POSED])
    vector, turn, one = _FLIP, -_FLIP, np.ones(1)
    sixd = np.concatenate([_FLIP * _FLIP[column] for column in range(2)])
    alone = np.zeros(1, dtype=np.intp)
    blocks = [  # as `features` and `denoiser_inputs` have them
        (joints, vector), (joints, vector), (joints, one), (posed[1:] - 1, sixd), (posed, turn),
        (posed, np.ones(3)), (alone, vector), (alone, vector), (alone, turn), (posed, one),
        (alone, one), (posed, turn),
    ]  # fmt: skip
    order: list[NDArray[np.intp]] = []
    signs: list[Floats] = []
    begin = 0
    for places, sign in blocks:
        order.append((begin + len(sign) * places[:, None] + np.arange(len(sign))).ravel())
        signs.append(np.tile(sign, len(places)))
        begin += len(sign) * len(places)
    return np.concatenate(order), np.concatenate(signs).astype(np.float32)


ORDER, SIGNS = _mirrored_inputs()
assert len(ORDER) == N_INPUTS
assert len(MIRROR) == N_JOINTS
