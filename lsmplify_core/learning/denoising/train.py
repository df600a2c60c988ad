# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the network that corrects solved poses of noisy takes
(`lsmplify train --network denoiser`)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from ...body.markers import PoseSequence
from ...geometry.kinematics import forward
from ...geometry.rotations import angle_between
from ...geometry.skeleton import JOINT_INDEX, N_JOINTS, N_POSED
from ...ik.learned.denoiser import N_INPUTS
from ...ik.learned.network import apply_outputs
from ..data import Clips
from ..lessons import VALIDATION_SEED, Dice
from ..model import LearnedIK
from ..one_cycle import OneCycleTraining
from ..train import load_weights, save_weights
from .lessons import ORDER, SIGNS, Windows, draw_windows
from .takes import SolvedTake, make_takes, read_takes

_WARM_UP: Final = 0.05
"""Share of the steps over which the rate rises."""
_WRISTS: Final = (0.3, (JOINT_INDEX["L_Wrist"], JOINT_INDEX["R_Wrist"]))
"""What an error of a wrist counts beside others: the captures disagree about them."""
_EVERY: Final = 4
"""Frames from one to the next that the inputs' mean and spread are of."""


@dataclass(frozen=True)
class DenoiserSettings:
    """takes: noisy takes that are solved to learn from; a twentieth of them of the clips kept apart
    to validate on. steps: lessons. frames: in all windows of a lesson. lengths: frames of a window,
    one of these a lesson. dilations: frames between the taps of the network's convolutions.
    dropout: shares of the inputs and of the hidden numbers that training leaves out. rate, decay:
    of AdamW. average: of the weights' mean."""

    takes: int = 1200
    steps: int = 4500
    frames: int = 1536
    lengths: tuple[int, ...] = (24, 48, 96, 96)
    width: int = 144
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1)
    dropout: tuple[float, ...] = (0.0, 0.0)
    rate: float = 1.5e-3
    decay: float = 0.02
    average: float = 0.999
    seed: int = 1


class DenoiserTrained(OneCycleTraining):
    """The network as the loop trains it; `prepare` comes first."""

    names: tuple[str, ...] = ("degrees", "mm", "before_degrees")
    turns, clip = 1, 1.0

    def __init__(
        self,
        clips: Clips,
        kept_apart: Clips | None,
        settings: DenoiserSettings,
        start: Path | None = None,
        configuration: str = "",
    ) -> None:
        """kept_apart: clips to validate on. start: weights to go on from."""
        super().__init__(settings, _WARM_UP, configuration)
        self.model: nn.Module = LearnedIK(
            settings.width, settings.dilations, N_INPUTS, (settings.dropout[0], settings.dropout[1])
        )  # fmt: skip
        self.lessons, self.average = settings.steps, settings.average
        self._clips, self._apart, self._start = clips, kept_apart, start
        self._takes: list[SolvedTake] = []
        self._takes_apart: list[SolvedTake] = []

    def prepare(self, folder: Path) -> None:
        """Solve the takes that the folder does not hold yet, and read all of them.

        Args:
            folder: of this training; takes of other settings must not be in it.
        """
        count, seed = self._settings.takes, self.seed
        self._takes = _made(self._clips, seed, count, folder)
        if self._apart is not None:
            apart = folder / "apart"
            self._takes_apart = _made(self._apart, VALIDATION_SEED, -(-count // 20), apart)
        if self._start is None:
            set_normalisation(self.model, self._takes)
        else:
            load_weights(self.model, self._start)

    def lesson(self, number: int) -> Windows:
        """Windows of solved takes."""
        return self._drawn(self._takes, Dice(self.seed, number))

    def turn(self, model: nn.Module, lesson: Windows, state: None) -> tuple[Tensor, None, Tensor]:
        """Angles and places after the correction."""
        loss, figures = denoising_loss(model, lesson)
        return loss, None, figures

    def validation_lesson(self, number: int) -> Windows | None:
        """Windows of takes kept apart, the same for a number; None where there are none."""
        if not self._takes_apart:
            return None
        return self._drawn(self._takes_apart, Dice(VALIDATION_SEED, number))

    def save(self, model: nn.Module, path: Path, done: int) -> None:
        """Half-precision weights with their settings."""
        save_weights(model, path, self.stored(done))

    def _drawn(self, takes: list[SolvedTake], dice: Dice) -> Windows:
        length = int(dice.numpy.choice(self._settings.lengths))
        return draw_windows(takes, max(1, self._settings.frames // length), length, dice.numpy)


def _made(clips: Clips, seed: int, count: int, folder: Path) -> list[SolvedTake]:
    make_takes(clips, seed, range(count), folder)
    return read_takes(folder, range(count))


def set_normalisation(model: nn.Module, takes: list[SolvedTake]) -> None:
    """Mean and spread of the inputs over the takes and their mirror images, stored with the
    weights."""
    assert isinstance(model, LearnedIK)
    seen = np.concatenate([take.inputs[::_EVERY] for take in takes]).astype(np.float32)
    seen = np.concatenate((seen, seen[:, ORDER] * SIGNS))
    model.mean.copy_(torch.from_numpy(seen.mean(axis=0)))
    model.spread.copy_(torch.from_numpy(seen.std(axis=0) + 0.05))


def denoising_loss(model: nn.Module, lesson: Windows) -> tuple[Tensor, Tensor]:
    """What training minimises, as `learning.train.losses`; and the mean local error in degrees,
    that of the joints' places in mm, and the error in degrees before the correction.

        L = mean(w · (θ + 0.3 θ_world + 0.02 (θ / σ + log σ))) + 3 mean |x - x_true|
    """
    windows, length = lesson.root.shape[:2]
    count = windows * length
    raw = model(lesson.inputs).float().reshape(count, -1)
    before = _posed(lesson.rotations, lesson.root)
    truth = _posed(lesson.truth, lesson.true_root)
    poses, sigma = apply_outputs(before, raw, before.rotations[:, 0])
    bones = lesson.bones[:, None].expand(windows, length, N_JOINTS, 3).reshape(count, N_JOINTS, 3)
    local = angle_between(poses.rotations[:, :N_POSED], truth.rotations[:, :N_POSED])
    turned, placed = forward(poses.rotations, bones, poses.root)
    with torch.no_grad():
        true_turned, true_placed = forward(truth.rotations, bones, truth.root)
        was = angle_between(before.rotations[:, :N_POSED], truth.rotations[:, :N_POSED])
    world = angle_between(turned[:, :N_POSED], true_turned[:, :N_POSED])
    distance = torch.sqrt(torch.sum((placed - true_placed) ** 2, dim=-1) + 1e-8)
    likelihood = local.detach() / sigma + torch.log(sigma)
    weight = torch.ones(N_POSED, device=raw.device)
    weight[list(_WRISTS[1])] = _WRISTS[0]
    loss = (weight * (local + 0.3 * world + 0.02 * likelihood)).mean() + 3.0 * distance.mean()
    figures = (
        torch.rad2deg(local.detach().mean()),
        1000 * distance.detach().mean(),
        torch.rad2deg(was.mean()),
    )
    return loss, torch.stack(figures)


def _posed(rotations: Tensor, root: Tensor) -> PoseSequence:
    """All joints of all windows' frames, one after the other."""
    posed = rotations.reshape(-1, N_POSED, 3, 3)
    hands = torch.eye(3, device=posed.device).expand(len(posed), N_JOINTS - N_POSED, 3, 3)
    return PoseSequence(torch.cat((posed, hands), dim=1), root.reshape(-1, 3))
