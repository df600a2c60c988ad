# SPDX-License-Identifier: GPL-3.0-or-later
"""From a start to the pose that fits the tracks: the learned rounds, then steps to the tracks.

Clean and whole tracks need one pass, every frame by itself. Where tracks are missing or noisy the
frames are brought to them together, and the network looks once more from there.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from .arrays import Floats
from .attachments import State, Target, compare
from .clean import smoothed
from .guarded import guarded
from .learned import ROUNDS, Learned, chunks, joined, learned_steps, state_part, target_part
from .network import load_network
from .noise import smoothing_for, stiffness_between, track_noise
from .refine import gauss_newton
from .threads import side_by_side
from .timing import mapped, timed
from .together import pieces, solve_together

T = TypeVar("T")

_SPIKE: Final = 0.06
"""Metres from the body at which a track counts a quarter."""
_ROUNDS_AGAIN: Final = 2
"""Rounds of the network in the second pass."""
_CALM_NOISY: Final = 0.08
"""Seconds that the network's pose is calmed over at least where tracks are noisy."""


@dataclass(frozen=True)
class Settings:
    """rounds: of the network. refine: Gauss–Newton steps to the tracks after it. smooth: seconds,
    the standard deviation of the filter, 0 for none, None for what the tracks' noise asks for.
    calm: seconds, the same for the pose that only the network decides. noise: metres, how far the
    tracks are trusted against the network's own expected error; None to measure it."""

    rounds: int = ROUNDS
    refine: int = 1
    smooth: float | None = None
    calm: float = 0.05
    noise: float | None = None


@dataclass(frozen=True)
class Job:
    """A take to fit, in the network's terms.

    start: the pose that every frame begins with. target: metres on a body of the default size.
    rate: frames per second. noise: metres. smooth, calm: seconds.
    """

    start: State
    target: Target
    rate: float
    rounds: int
    refine: int
    noise: float
    smooth: float
    calm: float

    @property
    def whole(self) -> bool:
        """Whether every frame can be fitted by itself: no gap, and nothing to smooth away."""
        return self.smooth == 0 and not bool((self.target.weights == 0).any())


def make_job(start: State, target: Target, rate: float, misfit: float, settings: Settings) -> Job:
    """Fill in what the settings leave to the take: tracks are trusted as far as they neither
    tremble nor stay away from a body of rigid bones (misfit, metres)."""
    tremble = track_noise(target.points, target.weights)
    noise = max(tremble, misfit) if settings.noise is None else settings.noise
    smooth = smoothing_for(tremble) if settings.smooth is None else settings.smooth
    calm = max(settings.calm, _CALM_NOISY) if smooth > 0 and settings.calm > 0 else settings.calm
    return Job(start, target, rate, settings.rounds, settings.refine, noise, smooth, calm)


def fitted_steps(
    job: Job, seconds: dict[str, float]
) -> Generator[tuple[str, float], None, tuple[State, Learned]]:
    """Fit a take; yields the step's name ("solve", "refine") and the share of all done.

    seconds: what each step takes is added to it. Returns the fitted state and the last learned one.
    """
    if job.refine == 0 or job.whole:
        learned = yield from _stage(_learned(job), seconds, "solve", 0.0, 0.8)
        if job.refine == 0:
            return learned.guess, learned
        state = yield from _stage(_each(job, learned), seconds, "refine", 0.8, 1.0)
        return state, learned
    learned = yield from _stage(_learned(job), seconds, "solve", 0.0, 0.5)
    state = yield from _stage(_all(job, learned), seconds, "refine", 0.5, 0.7)
    again = replace(job, start=smoothed(state, job.rate, job.smooth), rounds=_ROUNDS_AGAIN)
    learned = yield from _stage(_learned(again), seconds, "solve", 0.7, 0.85)
    state = yield from _stage(_all(again, learned), seconds, "refine", 0.85, 1.0)
    return state, learned


def _learned(job: Job) -> Generator[float, None, Learned]:
    """The network's rounds, its pose calmed over time: where no track decides, nothing trembles."""
    learned = yield from learned_steps(
        load_network(), job.start, job.target, job.rate, job.rounds, stiffness_between(job.noise)
    )
    return replace(learned, guess=smoothed(learned.guess, job.rate, job.calm))


def _each(job: Job, learned: Learned) -> Generator[float, None, State]:
    """Every frame brought to its tracks by itself, the network's pose as prior, stiff where it is
    certain."""
    stiffness = np.square(job.noise / learned.expected)
    target = _without_strays(job, learned.fitted)

    def fit(part: slice) -> State:
        return gauss_newton(
            state_part(learned.fitted, part), target_part(target, part),
            state_part(learned.guess, part), stiffness[part], steps=job.refine,
        )  # fmt: skip

    parts = chunks(len(job.start.root))
    fits = yield from mapped(side_by_side(fit, parts), lambda done: done / len(parts))
    return joined(fits)


def _all(job: Job, learned: Learned) -> Generator[float, None, State]:
    """Every frame by itself first, then all together from there."""
    state = yield from mapped(_each(job, learned), lambda done: 0.4 * done)
    target = _without_strays(job, state)
    total = pieces(len(state.root))
    steps = solve_together(state, target, learned.guess, learned.expected, job.noise, job.rate)
    moved = yield from mapped(steps, lambda done: 0.4 + 0.6 * done / total)
    return guarded(state, moved, target, job.rate)


def _without_strays(job: Job, state: State) -> Target:
    """Tracks far from the body count less (Geman and McClure's weights): spikes and swapped markers
    must not bend a limb."""
    parts = chunks(len(state.root))
    apart: list[Floats] = [
        np.square(compare(state_part(state, p), target_part(job.target, p)).residuals).sum(axis=-1)
        for p in parts
    ]
    trust = np.square(1.0 + np.concatenate(apart) / _SPIKE**2)
    return replace(job.target, weights=job.target.weights / trust)


def _stage(
    steps: Generator[float, None, T], seconds: dict[str, float], name: str, low: float, high: float
) -> Generator[tuple[str, float], None, T]:
    """A step's own share done, as a share of everything, with its name and its seconds."""
    told = mapped(steps, lambda done: (name, low + (high - low) * done))
    return (yield from timed(told, seconds, name))
