# SPDX-License-Identifier: GPL-3.0-or-later
"""The training loop of every network here, on one process or on several.

A `Trainee` says what is learned: its lessons, its loss, its optimiser and how its weights are
written. The loop does the rest: lessons shared out among processes, gradients averaged,
checkpoints, validation, logs. A lesson may be learned from in several turns, each from the result
of the one before; every turn is a step of the optimiser.

The gradient of a step is the mean over `per_step` lessons, however many processes they are spread
over: two processes with one lesson each are one process with two, up to the order of sums.
"""

import copy
import math
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn

from ..runtime.errors import InputError
from .checkpoints import (
    Parts,
    Progress,
    checkpoint_path,
    read_checkpoint,
    restore,
    save_checkpoint,
)
from .distributed import Team
from .journal import Journal
from .lessons import moved, own_numbers, seed_of, stream

VALIDATION_LESSONS: Final = 8
"""Lessons of a look at the clips kept apart: more steady the figures, and cost time."""


class Trainee(Protocol):
    """model: on the CPU. lessons: how many in all. turns: steps of the optimiser a lesson. names:
    of the figures of a turn. average: how much of the averaged weights a step keeps, 0 for none.
    clip: largest norm of a gradient, 0 for any. seed: of the network's own random numbers."""

    model: nn.Module
    lessons: int
    turns: int
    names: tuple[str, ...]
    average: float
    clip: float
    seed: int

    def lesson(self, number: int) -> Any:
        """The lesson of that number, on the CPU."""
        ...

    def turn(self, model: nn.Module, lesson: Any, state: Any) -> tuple[Tensor, Any, Tensor]:
        """Loss, the state that the next turn begins from, and figures; the first state is None."""
        ...

    def optimiser(self) -> torch.optim.Optimizer:
        """Of the model's parameters, where they are now."""
        ...

    def schedule(
        self, optimiser: torch.optim.Optimizer, updates: int
    ) -> torch.optim.lr_scheduler.LRScheduler:
        """The rate over so many steps of the optimiser."""
        ...

    def validation_lesson(self, number: int) -> Any:
        """A lesson of clips that are never learned from, the same for a number; None without
        any."""
        ...

    def over(self, seconds: float) -> bool:
        """Whether to end before all lessons are done."""
        ...

    def save(self, model: nn.Module, path: Path, done: int) -> None:
        """Write the weights; the model is on the CPU."""
        ...


@dataclass(frozen=True)
class Run:
    """out: weights to write. per_step: lessons of one step, 0 for one a process. workers: processes
    that make lessons ahead. cycle, cycles: where in a list of trainings this one is."""

    out: Path
    configuration: str = ""
    workers: int = 0
    per_step: int = 0
    resume: bool = False
    validate_every: int = 500
    checkpoint_every: int = 500
    log: Path | None = None
    tensorboard: Path | None = None
    cycle: int = 0
    cycles: int = 1

    def steps_of(self, team: Team) -> int:
        """Lessons of one step. InputError where the processes can't share them evenly."""
        per_step = self.per_step or team.size
        if per_step % team.size:
            raise InputError(
                f"--lessons-per-step {per_step} can't be shared by {team.size} processes; "
                f"give a multiple of {team.size}"
            )
        return per_step


def learn(trainee: Trainee, run: Run, team: Team) -> None:
    """Train from the beginning, or from the checkpoint beside `run.out` where run.resume is set."""
    per_step = run.steps_of(team)
    lessons = math.ceil(trainee.lessons / per_step) * per_step
    parts = _parts(trainee, team, lessons // per_step)
    done, seconds = _resumed(parts, run) if run.resume else (0, 0.0)
    if done >= lessons:
        return
    journal = Journal(
        trainee.names, trainee.turns, lessons, (run.cycle, run.cycles),
        run.log if team.leads else None, run.tensorboard if team.leads else None, seconds, done,
    ) if team.leads else None  # fmt: skip
    model = team.wrapped(parts.model)
    numbers = own_numbers(done, lessons, per_step, team)
    order, made = iter(numbers), stream(trainee, numbers, run.workers)
    share = per_step // team.size
    while done < lessons:
        own = [(next(order), moved(next(made), team.device)) for _ in range(share)]
        figures = _step(trainee, team, model, parts, own)
        done += per_step
        over = trainee.over(seconds if journal is None else journal.seconds)
        if journal is not None:
            _note(journal, figures, done, per_step, parts.optimiser)
            if _due(run.validate_every, done, per_step, lessons):
                _validate(trainee, parts, journal, done, team)
            if over or done >= lessons or _due(run.checkpoint_every, done, per_step, lessons):
                _write(trainee, run, parts, Progress(run.cycle, done, journal.seconds))
        if over:
            break
    if journal is not None:
        journal.close()
    team.wait()


def _parts(trainee: Trainee, team: Team, steps: int) -> Parts:
    model = trainee.model.to(team.device)
    if team.size > 1 and team.device.type == "cuda":
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        trainee.model = model
    averaged = copy.deepcopy(model) if trainee.average else model
    optimiser = trainee.optimiser()
    return Parts(model, averaged, optimiser, trainee.schedule(optimiser, steps * trainee.turns))


def _resumed(parts: Parts, run: Run) -> tuple[int, float]:
    """Lessons and seconds that are done of this cycle."""
    path = checkpoint_path(run.out)
    content = read_checkpoint(path, run.configuration)
    if content is None or content["cycle"] < run.cycle:
        return 0, 0.0
    restore(content, parts, path)
    return int(content["lessons"]), float(content["seconds"])


def _step(
    trainee: Trainee, team: Team, model: nn.Module, parts: Parts, own: list[tuple[int, Any]]
) -> list[tuple[int, list[float]]]:
    """All turns of this process's lessons of one step; figures by turn."""
    states: list[Any] = [None] * len(own)
    reported: list[tuple[int, Tensor]] = []
    updates = own[0][0] // (len(own) * team.size) + 1
    for turn in range(trainee.turns):
        for i, (number, lesson) in enumerate(own):
            torch.manual_seed(seed_of(trainee.seed, number, turn))
            last = i == len(own) - 1
            waits = nullcontext() if last else team.without_averaging(model)
            with waits, team.placing():
                loss, states[i], figures = trainee.turn(model, lesson, states[i])
                (loss / len(own)).backward()
            reported.append((turn, figures))
        if trainee.clip:
            nn.utils.clip_grad_norm_(parts.model.parameters(), trainee.clip)
        parts.optimiser.step()
        parts.schedule.step()
        parts.optimiser.zero_grad()
        if trainee.average:
            _follow(parts.averaged, parts.model, min(trainee.average, updates / (updates + 10)))
    return [(turn, figures.tolist()) for turn, figures in reported]


def _note(
    journal: Journal,
    figures: list[tuple[int, list[float]]],
    done: int,
    per_step: int,
    optimiser: torch.optim.Optimizer,
) -> None:
    """This process's figures stand for the others': all draw from the same lessons."""
    share = sum(turn == 0 for turn, _ in figures)
    for turn, values in figures:
        journal.add(turn, tuple(v * per_step / share for v in values))
    journal.lessons_done(done, per_step, float(optimiser.param_groups[0]["lr"]))


def _due(every: int, done: int, per_step: int, lessons: int) -> bool:
    return every > 0 and (done >= lessons or done // every > (done - per_step) // every)


def _validate(trainee: Trainee, parts: Parts, journal: Journal, done: int, team: Team) -> None:
    was = parts.averaged.training
    parts.averaged.eval()
    sums = torch.zeros(len(trainee.names))
    for number in range(VALIDATION_LESSONS):
        drawn = trainee.validation_lesson(number)
        if drawn is None:
            break
        lesson, state, figures = moved(drawn, team.device), None, sums
        with torch.no_grad(), team.placing():
            for _ in range(trainee.turns):
                _, state, figures = trainee.turn(parts.averaged, lesson, state)
        sums += figures.cpu()
    parts.averaged.train(was)
    if float(sums.abs().sum()):
        means = (sums / VALIDATION_LESSONS).tolist()
        journal.validated(done, dict(zip(trainee.names, means, strict=True)))


def _write(trainee: Trainee, run: Run, parts: Parts, progress: Progress) -> None:
    """The weights first: a checkpoint that says a cycle is done has its weights beside it."""
    trainee.save(copy.deepcopy(parts.averaged).cpu(), run.out, progress.lessons)
    save_checkpoint(checkpoint_path(run.out), parts, progress, run.configuration)


def _follow(averaged: nn.Module, model: nn.Module, keep: float) -> None:
    with torch.no_grad():
        for old, new in zip(averaged.parameters(), model.parameters(), strict=True):
            old.lerp_(new, 1.0 - keep)
