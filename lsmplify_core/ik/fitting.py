# SPDX-License-Identifier: GPL-3.0-or-later
"""From a start to the pose that fits the tracks: the learned rounds, then steps to the tracks.

Clean and whole tracks need one pass, every frame by itself. Where tracks are missing, in the frames
around, and where they are noisy, in the whole take, the frames are brought to them together, and the
network looks once more from there.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from ..body.markers import State, Target, compare
from ..geometry.intervals import ramps, stretches_around
from ..runtime.array_types import Floats
from ..runtime.progress import finished, mapped, timed
from ..runtime.threads import side_by_side
from ..tracks.noise import smoothing_for, stiffness_between, track_noise
from .coarse_to_fine import coarse_steps, step_between
from .gauss_newton import gauss_newton
from .network import load_network
from .pose_fusion import weighed
from .predictor import ROUNDS, Learned, chunks, joined, learned_steps, state_part, target_part
from .sequence import pieces, solve_together
from .smoothing import part_way, smoothed
from .step_control import guarded

T = TypeVar("T")

_SPIKE: Final = 0.06
"""Metres from the body at which a track counts a quarter."""
_ROUNDS_AGAIN: Final = 2
"""Rounds of the network in the second pass."""
_MORE_STEPS: Final = 1
"""Steps to the tracks beyond the usual where given poses are weighed: their mean with the network's
has not been brought to the tracks yet."""
_MARGIN: Final = 0.6
"""Seconds on both sides of a gap that are solved together with it: twice as long as the frames
remember."""
_MOST_PARTS: Final = 0.7
"""Where the stretches around gaps cover more of a take than this, all of it is solved together."""
_CALM_NOISY: Final = 0.08
"""Seconds that the network's pose is calmed over at least where tracks are noisy."""


CONVENTIONS: Final = ("anatomical", "keep")
"""What rotations are brought into at the end of a solve."""


@dataclass(frozen=True)
class SolveSettings:
    """rounds: of the network. refine: Gauss–Newton steps to the tracks after it. smooth: seconds,
    the standard deviation of the filter, 0 for none, None for what the tracks' noise asks for.
    calm: seconds, the same for the pose that only the network decides. noise: metres, how far the
    tracks are trusted against the network's own expected error; None to measure it. convention:
    "anatomical", or "keep" for the habit of the poses to start from, or of the network."""

    rounds: int = ROUNDS
    refine: int = 1
    smooth: float | None = None
    calm: float = 0.05
    noise: float | None = None
    convention: str = CONVENTIONS[0]


@dataclass(frozen=True)
class Job:
    """A take to fit, in the network's terms.

    start: the pose that every frame begins with. target: metres on a body of the default size.
    rate: frames per second. noise: metres. smooth, calm: seconds. posed: whether the start is a pose
    to go on from, frame for frame, and not the resting one. given: poses from elsewhere that are to be
    weighed against the network's, None without.
    """

    start: State
    target: Target
    rate: float
    rounds: int
    refine: int
    noise: float
    smooth: float
    calm: float
    posed: bool = False
    given: State | None = None

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.start.root)

    def part(self, part: slice, start: State) -> "Job":
        """Some frames of it, to go on with from `start`, a state of all frames."""
        given = None if self.given is None else state_part(self.given, part)
        return replace(
            self, start=state_part(start, part), target=target_part(self.target, part), posed=True,
            given=given,
        )  # fmt: skip


def make_job(
    start: State, target: Target, rate: float, misfit: float, settings: SolveSettings, posed: bool
) -> Job:
    """Fill in what the settings leave to the take: tracks are trusted as far as they neither
    tremble nor stay away from a body of rigid bones (misfit, metres)."""
    tremble = track_noise(target.points, target.weights)
    noise = max(tremble, misfit) if settings.noise is None else settings.noise
    smooth = smoothing_for(tremble) if settings.smooth is None else settings.smooth
    calm = max(settings.calm, _CALM_NOISY) if smooth > 0 and settings.calm > 0 else settings.calm
    given = start if posed else None
    refine = settings.refine + _MORE_STEPS * (posed and settings.refine > 0)
    return Job(start, target, rate, settings.rounds, refine, noise, smooth, calm, posed, given)


def fitted_steps(
    job: Job, seconds: dict[str, float]
) -> Generator[tuple[str, float], None, tuple[State, Learned]]:
    """Fit a take; yields the step's name ("solve", "refine") and the share of all done.

    seconds: what each step takes is added to it. Returns the fitted state and the last learned one.
    """
    parts = _to_solve_together(job) if job.refine else []
    share = 0.5 if parts else 1.0
    learned = yield from _stage(_learned(job), seconds, "solve", 0.0, 0.8 * share)
    if job.refine == 0:
        return learned.guess, learned
    state = yield from _stage(_each(job, learned), seconds, "refine", 0.8 * share, share)
    for number, part in enumerate(parts):
        found, looked = yield from mapped(
            _together(job, state, learned, part, seconds),
            lambda told, n=number: (told[0], share + (1 - share) * (n + told[1]) / len(parts)),
        )
        state = _with_stretch(job, state, part, found)
        learned.expected[part] = looked.expected
    return state, learned


def _to_solve_together(job: Job) -> list[slice]:
    """Stretches whose frames need one another: all of a noisy take, else those around gaps."""
    everything = [slice(0, job.frames)]
    if job.smooth > 0:
        return everything
    gaps = (job.target.weights == 0).any(axis=1)
    parts = stretches_around(gaps, round(_MARGIN * job.rate))
    covered = sum(part.stop - part.start for part in parts)
    return everything if covered > _MOST_PARTS * job.frames else parts


def _with_stretch(job: Job, state: State, part: slice, found: State) -> State:
    """A take with a stretch of it as found, eased in and out within the margins."""
    share = ramps(part, job.frames, round(0.5 * _MARGIN * job.rate))
    kept = part_way(state_part(state, part), found, share)
    rotations, root = state.rotations.copy(), state.root.copy()
    rotations[part], root[part] = kept.rotations, kept.root
    return State(rotations, root)


def _together(
    job: Job, state: State, learned: Learned, part: slice, seconds: dict[str, float]
) -> Generator[tuple[str, float], None, tuple[State, Learned]]:
    """A stretch's frames brought to their tracks together, looked at once more, and again."""
    first = Learned(state_part(learned.guess, part), learned.expected[part], learned.fitted)
    once = job.part(part, state)
    state = yield from _stage(_all(once, once.start, first), seconds, "refine", 0.0, 0.3)
    again = replace(once, start=smoothed(state, job.rate, job.smooth), rounds=_ROUNDS_AGAIN)
    looked = yield from _stage(_learned(again), seconds, "solve", 0.3, 0.6)
    state = yield from _stage(_each(again, looked), seconds, "refine", 0.6, 0.7)
    state = yield from _stage(_all(again, state, looked), seconds, "refine", 0.7, 1.0)
    return state, looked


def _learned(job: Job) -> Generator[float, None, Learned]:
    """The network's rounds, its pose calmed over time: where no track decides, nothing trembles.

    From the resting pose most of them see a few frames a second only."""
    network, stiffness = load_network(), stiffness_between(job.noise)
    start, rounds, done = job.start, job.rounds, 0.0
    if not job.posed and rounds > 1 and step_between(job.frames, job.rate) > 1:
        done = 0.4
        start = yield from mapped(
            coarse_steps(network, start, job.target, job.rate, rounds, stiffness),
            lambda share: 0.4 * share,
        )
        rounds = 1
    learned = yield from mapped(
        learned_steps(network, start, job.target, job.rate, rounds, stiffness),
        lambda share: done + (1 - done) * share,
    )
    if job.given is not None:
        learned = weighed(learned, job.given, job.rate)
    return replace(learned, guess=smoothed(learned.guess, job.rate, job.calm))


def _each(job: Job, learned: Learned) -> Generator[float, None, State]:
    """Every frame brought to its tracks by itself, the network's pose as prior, stiff where it is
    certain."""
    stiffness = np.square(job.noise / learned.expected)

    def fit(part: slice) -> State:
        state, target = state_part(learned.fitted, part), target_part(job.target, part)
        return gauss_newton(
            state, without_strays(state, target), state_part(learned.guess, part),
            stiffness[part], steps=job.refine,
        )  # fmt: skip

    parts = chunks(job.frames)
    fits = yield from mapped(side_by_side(fit, parts), lambda done: done / len(parts))
    return joined(fits)


def _all(job: Job, state: State, learned: Learned) -> Generator[float, None, State]:
    """All frames together, from each by itself."""
    parts = side_by_side(
        lambda p: without_strays(state_part(state, p), target_part(job.target, p)).weights,
        chunks(job.frames),
    )
    target = replace(job.target, weights=np.concatenate(finished(parts)))
    total = pieces(job.frames)
    steps = solve_together(state, target, learned.guess, learned.expected, job.noise, job.rate)
    moved = yield from mapped(steps, lambda done: done / total)
    return guarded(state, moved, target, job.rate)


def without_strays(state: State, target: Target, far: Floats | float = _SPIKE) -> Target:
    """Tracks far from the body count less (Geman and McClure's weights): spikes and swapped markers
    must not bend a limb. far: metres, at which a track counts a quarter; for all or for each of them."""
    apart = np.square(compare(state, target).residuals).sum(axis=-1)
    trust = np.square(1.0 + apart / np.square(far)).astype(target.weights.dtype)
    return replace(target, weights=target.weights / trust)


def _stage(
    steps: Generator[float, None, T], seconds: dict[str, float], name: str, low: float, high: float
) -> Generator[tuple[str, float], None, T]:
    """A step's own share done, as a share of everything, with its name and its seconds."""
    told = mapped(steps, lambda done: (name, low + (high - low) * done))
    return (yield from timed(told, seconds, name))
