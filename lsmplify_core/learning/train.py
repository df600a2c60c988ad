# SPDX-License-Identifier: GPL-3.0-or-later
"""Training, from top to bottom: draw windows, make a lesson of them, let the network work at it
in rounds from its own results, learn from each round."""

import copy
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..body.markers import State
from ..files.atomic import write_whole
from ..geometry.kinematics import forward
from ..geometry.rotations import angle_between
from ..geometry.skeleton import N_JOINTS, N_POSED
from ..ik.features import features
from ..ik.gauss_newton import gauss_newton
from ..ik.network import apply_outputs, load_network
from ..runtime.console import say
from .augment import Lesson, make_lesson
from .data import Clips, draw_windows, load_clips, recombine
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


CYCLES: tuple[TrainSettings, ...] = (
    TrainSettings(steps=5000, rate=1.2e-3, seed=1),
    TrainSettings(steps=3000, rate=8e-4, seed=2),
    TrainSettings(steps=6000, rate=7e-4, seed=3),
    TrainSettings(steps=2600, rate=5e-4, seed=4, lengths=(10, 24, 24, 48)),
    TrainSettings(steps=2000, rate=4e-4, seed=5, lengths=(10, 24, 24, 48)),
)
"""What the shipped weights were trained with: each cycle goes on from the one before."""


def train_cycles(
    data: Path, out: Path, cycles: tuple[TrainSettings, ...], log: Path | None
) -> None:
    """Train one cycle after the other, the shipped weights by CYCLES."""
    start: Path | None = None
    for settings in cycles:
        train(data, out, settings, log, start)
        start = out


def train(
    data: Path,
    out: Path,
    settings: TrainSettings,
    log: Path | None = None,
    start: Path | None = None,
) -> None:
    """Train on the clips below `data` and write the weights to `out` (npz, half precision).

    start: weights to go on from; new ones where it is None. A checkpoint of the averaged weights
    is written every 500 steps, so that a long run can be looked at while it goes on.
    """
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    generator = torch.Generator().manual_seed(settings.seed)
    clips = load_clips(data)
    model = LearnedIK()
    if start is None:
        set_normalisation(model, clips, settings, random, generator)
    else:
        load_weights(model, start)
    averaged = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=settings.rate, weight_decay=settings.decay, betas=(0.9, 0.98)
    )
    total = settings.steps * settings.rounds
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=total + 1, pct_start=0.03, final_div_factor=100
    )
    began = time.time()
    sums = np.zeros((settings.rounds, 3))
    for step in range(1, settings.steps + 1):
        lesson = draw_lesson(clips, settings, random, generator)
        stiffness = float(10 ** random.uniform(-3.3, -1.7))
        state = lesson.start
        for turn in range(settings.rounds):
            loss, state, figures = one_round(model, state, lesson, stiffness, settings.half)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            _follow(averaged, model, min(settings.average, step / (step + 10)))
            sums[turn] += figures
        if step % 50 == 0:
            _note(log, step, sums / 50, time.time() - began)
            sums[:] = 0
        if step % 500 == 0 or step == settings.steps:
            save_weights(averaged, out, {**asdict(settings), "done": step})


def draw_lesson(
    clips: Clips, settings: TrainSettings, random: np.random.Generator, generator: torch.Generator
) -> Lesson:
    """A fresh batch of windows, made into a task."""
    length = int(random.choice(settings.lengths))
    drawn = draw_windows(clips, settings.frames // length, length, generator, settings.strides)
    return make_lesson(*recombine(*drawn, settings.recombined, generator), random)


def one_round(
    model: LearnedIK, state: State, lesson: Lesson, stiffness: float, half: bool
) -> tuple[Tensor, State, tuple[float, float, float]]:
    """The network's residual from `state`, its loss, and the next state (no gradient): the
    network's pose after one Gauss–Newton step to the tracks, as the solver does it."""
    with torch.no_grad():
        x = features(state, lesson.target)
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        raw = model(x.reshape(lesson.windows, -1, x.shape[1])).reshape(x.shape[0], -1)
    raw = raw.float()
    guess, expected = apply_outputs(state, raw, state.rotations[:, 0])
    loss, figures = losses(guess, expected, lesson)
    with torch.no_grad():
        free = State(guess.rotations.detach(), guess.root.detach())
        pull = torch.full((N_POSED,), stiffness)
        fitted = gauss_newton(free, lesson.target, free, pull)
        figures = (*figures, _degrees(fitted, lesson))
    return loss, fitted, figures


def losses(guess: State, expected: Tensor, lesson: Lesson) -> tuple[Tensor, tuple[float, float]]:
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
    return loss, (float(torch.rad2deg(local.detach().mean())), float(1000 * apart.detach().mean()))


def _degrees(state: State, lesson: Lesson) -> float:
    angle = angle_between(state.rotations[:, :N_POSED], lesson.truth.rotations[:, :N_POSED])
    return float(torch.rad2deg(angle.mean()))


def set_normalisation(
    model: LearnedIK,
    clips: Clips,
    settings: TrainSettings,
    random: np.random.Generator,
    generator: torch.Generator,
) -> None:
    """Mean and spread of the features over some lessons, stored with the weights."""
    seen: list[Tensor] = []
    for _ in range(12):
        lesson = draw_lesson(clips, settings, random, generator)
        seen.append(features(lesson.start, lesson.target))
        seen.append(features(lesson.truth, lesson.target))
    x = torch.cat(seen)
    model.mean.copy_(x.mean(dim=0))
    model.spread.copy_(x.std(dim=0) + 0.05)


def save_weights(model: LearnedIK, path: Path, settings: dict[str, object]) -> None:
    """Half-precision npz that `network.load_network` reads."""
    arrays = {k: v.numpy().astype(np.float16) for k, v in model.state_dict().items()}
    arrays["dilations"] = np.array([b.dilation for b in model.blocks], dtype=np.int32)
    arrays["settings"] = np.array(json.dumps(settings))
    write_whole(path, lambda file: np.savez_compressed(file, **arrays))


def load_weights(model: LearnedIK, path: Path) -> None:
    """Put the weights of an npz into the model."""
    stored = load_network(path).weights
    model.load_state_dict({k: torch.from_numpy(stored[k]) for k in model.state_dict()})


def _follow(averaged: LearnedIK, model: LearnedIK, keep: float) -> None:
    with torch.no_grad():
        for old, new in zip(averaged.parameters(), model.parameters(), strict=True):
            old.lerp_(new, 1.0 - keep)


def _note(log: Path | None, step: int, sums: np.ndarray, seconds: float) -> None:
    rounds = "  ".join(f"{a:5.2f}° {b:5.1f} mm → {c:5.2f}°" for a, b, c in sums)
    line = f"step {step:6d}  {seconds:6.0f} s  {rounds}"
    say(line)
    if log is not None:
        with log.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


assert N_JOINTS - N_POSED == 2
