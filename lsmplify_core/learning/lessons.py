# SPDX-License-Identifier: GPL-3.0-or-later
"""Lessons by number: the same number is the same lesson, whoever makes it and whenever.

So the processes of a distributed training share the lessons out by number, none is learned twice,
worker processes may make them ahead, and a training that goes on where it was killed meets the
lessons that it would have met.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from .distributed import Team

VALIDATION_SEED: Final = 20250813
"""Of the lessons that validation looks at: the same in every training, so that figures compare."""

L_co = TypeVar("L_co", covariant=True)
L = TypeVar("L")


class Teacher(Protocol[L_co]):
    """What makes lessons."""

    def lesson(self, number: int) -> L_co:
        """The lesson of that number, on the CPU; of dataclasses, tensors and numbers."""
        ...


class Dice:
    """The random numbers of one lesson: `numpy` and `torch` generators, made of seed and number."""

    def __init__(self, seed: int, number: int) -> None:
        """seed: of the training. number: of the lesson, from 0."""
        mixed = np.random.SeedSequence((seed, number))
        self.numpy = np.random.default_rng(mixed)
        self.torch = torch.Generator().manual_seed(_number(mixed))


def seed_of(seed: int, number: int, turn: int) -> int:
    """A seed for what the network itself draws (dropout) at a turn of a lesson."""
    return _number(np.random.SeedSequence((seed, number, turn, 1)))


def _number(mixed: np.random.SeedSequence) -> int:
    return int(mixed.generate_state(1, np.uint64)[0] >> np.uint64(1))


def own_numbers(first: int, last: int, per_step: int, team: Team) -> list[int]:
    """Numbers from `first` (a multiple of per_step) to `last` that this process learns.

    Each step of the optimiser takes per_step lessons; a process has its share of each, side by
    side: with 4 a step, process 1 of 2 has 2, 3, 6, 7, …
    """
    share = per_step // team.size
    begin = team.rank * share
    return [n for n in range(first, last) if begin <= n % per_step < begin + share]


def stream(teacher: Teacher[L], numbers: Sequence[int], workers: int) -> Iterator[L]:
    """The lessons of these numbers, in order; made ahead by worker processes if there are any."""
    if workers == 0:
        return (teacher.lesson(n) for n in numbers)
    data: Dataset[L] = _Lessons(teacher)
    ahead = DataLoader(
        data, batch_size=None, sampler=list(numbers), num_workers=workers, prefetch_factor=4,
    )  # fmt: skip
    return iter(ahead)


class _Lessons(Dataset[L]):
    def __init__(self, teacher: Teacher[L]) -> None:
        self._teacher = teacher

    def __getitem__(self, index: int) -> L:
        return self._teacher.lesson(index)


def moved(value: Any, device: torch.device) -> Any:
    """Tensors of a lesson on the device, in dataclasses and tuples alike."""
    if isinstance(value, Tensor):
        return value.to(device, non_blocking=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: moved(getattr(value, f.name), device) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **parts)
    if isinstance(value, tuple):
        return tuple(moved(part, device) for part in value)
    return value
