# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of a long job: how much of the whole is done, and how long each of them took."""

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from .progress import with_progress, with_seconds

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Progress:
    """step: the stage's name. done: 0 to 1 over the whole job."""

    step: str
    done: float


class Stages:
    """The stages of one job, each run once and in the order of the table.

    `seconds` holds the time spent in each of them, without what the driver of a generator does
    between its steps.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        """Begin a job.

        Args:
            weights: each stage's share of the usual time, in the order they run; any unit.
        """
        total = sum(weights.values())
        self._share = {name: weight / total for name, weight in weights.items()}
        self._done = 0.0
        self.seconds: dict[str, float] = {}

    def call(
        self, stage: str, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Generator[Progress, None, R]:
        """Run a function as a stage; yields once, before it begins."""
        yield Progress(stage, self._done)
        began = time.perf_counter()
        result = work(*args, **kwargs)
        self._add(stage, time.perf_counter() - began)
        self._done += self._share[stage]
        return result

    def steps(self, stage: str, work: Generator[float, None, R]) -> Generator[Progress, None, R]:
        """Run a generator that yields the share of its own work that is done, 0 to 1."""
        named = with_progress(work, lambda done: (stage, done))
        return (yield from self.substeps(stage, with_seconds(named, self.seconds, stage)))

    def substeps(
        self, stage: str, work: Generator[tuple[str, float], None, R]
    ) -> Generator[Progress, None, R]:
        """Run a generator that yields the name of its current step and the share of its own work
        that is done; it keeps the time of its steps in `seconds` itself."""
        begin, share = self._done, self._share[stage]
        result = yield from with_progress(
            work, lambda told: Progress(told[0], begin + share * told[1])
        )
        self._done = begin + share
        return result

    def _add(self, stage: str, seconds: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
