# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of our network: draw windows, make a lesson of them, let the network work at it in rounds
from its own results, learn from each round. The loop itself is `loop.py`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..body.markers import PoseSequence
from ..files.atomic import write_whole
from ..geometry.kinematics import forward
from ..geometry.rotations import angle_between
from ..geometry.skeleton import N_JOINTS, N_POSED
from ..ik.features import features
from ..ik.gauss_newton import gauss_newton
from ..ik.network import apply_outputs, load_network
from .augment import Lesson, make_lesson
from .data import Clips, draw_windows, recombine
from .distributed import half_precision
from .lessons import VALIDATION_SEED, Dice
from .model import LearnedIK


@dataclass(frozen=True)
class TrainSettings:
    """steps: lessons; every lesson has `rounds` optimiser steps. frames: in all windows of a lesson.
    lengths: frames of a window, one of these a lesson; short takes and long ones are both met."""

    steps: int = 6000
    rounds: int = 3
    frames: int = 768
    lengths: tuple[int, ...] = (24,)
    rate: float = 1.2e-3
    decay: float = 0.02
    average: float = 0.999
    seed: int = 1
    strides: tuple[int, ...] = (1, 2, 2, 2, 3)
    recombined: float = 0.1
    half: bool = True


_NORMALISING = 1 << 40
"""Numbers from here on are lessons that only set the features' mean and spread."""


class Trained:
    """Our network as the loop trains it: lessons drawn from clips, several rounds a lesson."""

    names: tuple[str, ...] = ("degrees", "mm", "refined_degrees")
    clip = 1.0

    def __init__(
        self,
        clips: Clips,
        kept_apart: Clips | None,
        settings: TrainSettings,
        start: Path | None = None,
        configuration: str = "",
    ) -> None:
        """kept_apart: clips to validate on. start: weights to go on from; new ones where None."""
        torch.manual_seed(settings.seed)
        self.model: nn.Module = LearnedIK()
        self.lessons, self.turns = settings.steps, settings.rounds
        self.average, self.seed = settings.average, settings.seed
        self._clips, self._apart, self._settings = clips, kept_apart, settings
        self._configuration = configuration
        if start is None:
            set_normalisation(self.model, clips, settings)
        else:
            load_weights(self.model, start)

    def lesson(self, number: int) -> tuple[Lesson, float]:
        """A lesson, and how firmly its refinement holds to the network's pose."""
        return draw_lesson(self._clips, self._settings, Dice(self.seed, number))

    def turn(
        self, model: nn.Module, lesson: tuple[Lesson, float], state: PoseSequence | None
    ) -> tuple[Tensor, PoseSequence, Tensor]:
        """One round from the lesson's start, or from the state that the last round ended with."""
        task, stiffness = lesson
        begin = task.start if state is None else state
        return one_round(model, begin, task, stiffness, self._settings.half)

    def optimiser(self) -> torch.optim.Optimizer:
        """AdamW as for all cycles."""
        rate, decay = self._settings.rate, self._settings.decay
        return torch.optim.AdamW(
            self.model.parameters(), lr=rate, weight_decay=decay, betas=(0.9, 0.98)
        )

    def schedule(
        self, optimiser: torch.optim.Optimizer, updates: int
    ) -> torch.optim.lr_scheduler.LRScheduler:
        """One cycle: up over 3 % of the steps, then down to nearly nothing."""
        return torch.optim.lr_scheduler.OneCycleLR(
            optimiser,
            self._settings.rate,
            total_steps=updates + 1,
            pct_start=0.03,
            final_div_factor=100,
        )

    def validation_lesson(self, number: int) -> tuple[Lesson, float] | None:
        """A lesson of the clips kept apart, the same for a number; None where there are none."""
        if self._apart is None:
            return None
        return draw_lesson(self._apart, self._settings, Dice(VALIDATION_SEED, number))

    def over(self, seconds: float) -> bool:
        """Never before all lessons are done."""
        return False

    def save(self, model: nn.Module, path: Path, done: int) -> None:
        """Half-precision weights with their settings."""
        settings: dict[str, object] = {
            **asdict(self._settings),
            "done": done,
            "configuration": self._configuration,
        }
        save_weights(model, path, settings)


def draw_lesson(clips: Clips, settings: TrainSettings, dice: Dice) -> tuple[Lesson, float]:
    """A fresh batch of windows, made into a task; and how firmly its refinement holds to the
    network's pose."""
    length = int(dice.numpy.choice(settings.lengths))
    drawn = draw_windows(clips, settings.frames // length, length, dice.torch, settings.strides)
    lesson = make_lesson(*recombine(*drawn, settings.recombined, dice.torch), dice.numpy)
    return lesson, float(10 ** dice.numpy.uniform(-3.3, -1.7))


def one_round(
    model: nn.Module, state: PoseSequence, lesson: Lesson, stiffness: float, half: bool
) -> tuple[Tensor, PoseSequence, Tensor]:
    """The network's residual from `state`, its loss, and the next state (no gradient): the
    network's pose after one Gauss–Newton step to the tracks, as the solver does it."""
    with torch.no_grad():
        x = features(state, lesson.target)
    with half_precision(x.device, half):
        raw = model(x.reshape(lesson.windows, -1, x.shape[1])).reshape(x.shape[0], -1)
    raw = raw.float()
    guess, expected = apply_outputs(state, raw, state.rotations[:, 0])
    loss, figures = losses(guess, expected, lesson)
    with torch.no_grad():
        free = PoseSequence(guess.rotations.detach(), guess.root.detach())
        pull = torch.full((N_POSED,), stiffness, device=x.device)
        fitted = gauss_newton(free, lesson.target, free, pull)
        figures = torch.cat((figures, _degrees(fitted, lesson)[None]))
    return loss, fitted, figures


def losses(guess: PoseSequence, expected: Tensor, lesson: Lesson) -> tuple[Tensor, Tensor]:
    """Local and world rotation angles, joint positions, and the likelihood of the angles under a
    Laplace law of the expected error."""
    truth = lesson.truth
    local = angle_between(guess.rotations[:, :N_POSED], truth.rotations[:, :N_POSED])
    turned, placed = forward(guess.rotations, lesson.bones, guess.root)
    with torch.no_grad():
        true_turned, true_placed = forward(truth.rotations, lesson.bones, truth.root)
    world = angle_between(turned[:, :N_POSED], true_turned[:, :N_POSED])
    apart = torch.sqrt(torch.sum((placed - true_placed) ** 2, dim=-1) + 1e-8)
    certainty = local.detach() / expected + torch.log(expected)
    turns = (lesson.trust * (local + 0.3 * world + 0.02 * certainty)).mean()
    loss = turns + 3.0 * apart.mean()
    figures = (torch.rad2deg(local.detach().mean()), 1000 * apart.detach().mean())
    return loss, torch.stack(figures)


def _degrees(state: PoseSequence, lesson: Lesson) -> Tensor:
    angle = angle_between(state.rotations[:, :N_POSED], lesson.truth.rotations[:, :N_POSED])
    return torch.rad2deg(angle.mean())


def set_normalisation(model: nn.Module, clips: Clips, settings: TrainSettings) -> None:
    """Mean and spread of the features over some lessons, stored with the weights."""
    assert isinstance(model, LearnedIK)
    seen: list[Tensor] = []
    for number in range(12):
        lesson, _ = draw_lesson(clips, settings, Dice(settings.seed, _NORMALISING + number))
        seen.append(features(lesson.start, lesson.target))
        seen.append(features(lesson.truth, lesson.target))
    x = torch.cat(seen)
    model.mean.copy_(x.mean(dim=0))
    model.spread.copy_(x.std(dim=0) + 0.05)


def save_weights(model: nn.Module, path: Path, settings: dict[str, object]) -> None:
    """Half-precision npz that `network.load_network` reads."""
    assert isinstance(model, LearnedIK)
    arrays = {k: v.numpy().astype(np.float16) for k, v in model.state_dict().items()}
    arrays["dilations"] = np.array([b.dilation for b in model.blocks], dtype=np.int32)
    arrays["settings"] = np.array(json.dumps(settings))
    write_whole(path, lambda file: np.savez_compressed(file, **arrays))


def load_weights(model: nn.Module, path: Path) -> None:
    """Put the weights of an npz into the model."""
    stored = load_network(path).weights
    model.load_state_dict({k: torch.from_numpy(stored[k]) for k in model.state_dict()})


assert N_JOINTS - N_POSED == 2
