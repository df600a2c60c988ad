# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of our network: draw windows, make a lesson of them, let the network work at it in
rounds from its own results, learn from each round. The loop itself is `loop.py`."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ..body.markers import PoseSequence
from ..files.atomic import write_whole
from ..geometry.kinematics import forward
from ..geometry.rotations import angle_between
from ..geometry.skeleton import N_JOINTS, N_POSED
from ..ik.learned.features import features
from ..ik.learned.network import WIDTH, apply_outputs, load_network
from ..ik.refinement.gauss_newton import gauss_newton
from ..runtime.errors import InputError
from .augment import Lesson, make_lesson
from .data import Clips, draw_windows, recombine
from .distributed import half_precision
from .lessons import VALIDATION_SEED, Dice
from .model import LearnedIK
from .one_cycle import OneCycleTraining


@dataclass(frozen=True)
class TrainSettings:
    """steps: lessons; every lesson has `rounds` optimiser steps. frames: in all windows of a
    lesson. lengths: frames of a window, one of these a lesson; short takes and long ones are both
    met. noisy: share of the windows with noise of a centimetre and many samples missing
    (`augment.make_lesson`). width: numbers of a frame inside the network.
    anatomical: whether clips are brought into the anatomical convention when they are read."""

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
    noisy: float = 0.0
    half: bool = True
    width: int = WIDTH
    anatomical: bool = False


_WARM_UP = 0.03
"""Share of the steps over which the rate rises."""
_NORMALISING = 1 << 40
"""Numbers from here on are lessons that only set the features' mean and spread."""


class Trained(OneCycleTraining):
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
        super().__init__(settings, _WARM_UP, configuration)
        self.model: nn.Module = LearnedIK(settings.width)
        self.lessons, self.turns = settings.steps, settings.rounds
        self.average = settings.average
        self._clips, self._apart = clips, kept_apart
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
        task, prior_weight = lesson
        begin = task.start if state is None else state
        return one_round(model, begin, task, prior_weight, self._settings.half)

    def validation_lesson(self, number: int) -> tuple[Lesson, float] | None:
        """A lesson of the clips kept apart, the same for a number; None where there are none."""
        if self._apart is None:
            return None
        return draw_lesson(self._apart, self._settings, Dice(VALIDATION_SEED, number))

    def save(self, model: nn.Module, path: Path, done: int) -> None:
        """Half-precision weights with their settings."""
        save_weights(model, path, self.stored(done))


def draw_lesson(clips: Clips, settings: TrainSettings, dice: Dice) -> tuple[Lesson, float]:
    """A fresh batch of windows, made into a task; and how firmly its refinement holds to the
    network's pose."""
    length = int(dice.numpy.choice(settings.lengths))
    drawn = draw_windows(clips, settings.frames // length, length, dice.torch, settings.strides)
    drawn = recombine(*drawn, settings.recombined, dice.torch)
    lesson = make_lesson(*drawn, dice.numpy, settings.noisy)
    return lesson, float(10 ** dice.numpy.uniform(-3.3, -1.7))


def one_round(
    model: nn.Module, state: PoseSequence, lesson: Lesson, prior_weight: float, half: bool
) -> tuple[Tensor, PoseSequence, Tensor]:
    """The network's residual from `state`, its loss, and the next state (no gradient): the
    network's pose after one Gauss–Newton step to the tracks, as the solver does it."""
    with torch.no_grad():
        x = features(state, lesson.target)
    with half_precision(x.device, half):
        raw = model(x.reshape(lesson.windows, -1, x.shape[1])).reshape(x.shape[0], -1)
    raw = raw.float()
    poses, sigma = apply_outputs(state, raw, state.rotations[:, 0])
    loss, figures = losses(poses, sigma, lesson)
    with torch.no_grad():
        detached = PoseSequence(poses.rotations.detach(), poses.root.detach())
        weight = torch.full((N_POSED,), prior_weight, device=x.device)
        refined = gauss_newton(detached, lesson.target, detached, weight)
        figures = torch.cat((figures, _degrees(refined, lesson)[None]))
    return loss, refined, figures


def losses(poses: PoseSequence, sigma: Tensor, lesson: Lesson) -> tuple[Tensor, Tensor]:
    """What training minimises, and two figures to print.

        L = mean(trust · (θ + 0.3 θ_world + 0.02 (θ / σ + log σ))) + 3 mean |x - x_true|

    θ: local angles between predicted and true rotations, radians; θ_world: the same in the world.
    The third term is the negative log likelihood, but for a constant, of θ under a Laplace law of
    scale σ (Kendall and Gal, "What Uncertainties Do We Need in Bayesian Deep Learning?", 2017); θ
    has no gradient there, so that σ learns to be the error and does not excuse it.

    Args:
        poses: the network's, N frames.
        sigma: (N, 22) radians, the error that it expects.
        lesson: the truth, the bones and how far each rotation of the truth is trusted.

    Returns:
        The loss, and the mean local error in degrees and of the joints in mm.
    """
    truth = lesson.truth
    local = angle_between(poses.rotations[:, :N_POSED], truth.rotations[:, :N_POSED])
    global_rotations, joint_positions = forward(poses.rotations, lesson.bones, poses.root)
    with torch.no_grad():
        true_rotations, true_positions = forward(truth.rotations, lesson.bones, truth.root)
    world = angle_between(global_rotations[:, :N_POSED], true_rotations[:, :N_POSED])
    distance = torch.sqrt(torch.sum((joint_positions - true_positions) ** 2, dim=-1) + 1e-8)
    likelihood = local.detach() / sigma + torch.log(sigma)
    rotation_loss = (lesson.trust * (local + 0.3 * world + 0.02 * likelihood)).mean()
    loss = rotation_loss + 3.0 * distance.mean()
    figures = (torch.rad2deg(local.detach().mean()), 1000 * distance.detach().mean())
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
    """Put the weights of an npz into the model. InputError where they are of another width."""
    stored = load_network(path).weights
    if any(stored[k].shape != v.shape for k, v in model.state_dict().items() if k in stored):
        raise InputError(f"{path}: these weights are of another width than the configuration's")
    model.load_state_dict({k: torch.from_numpy(stored[k]) for k in model.state_dict()})


assert N_JOINTS - N_POSED == 2
