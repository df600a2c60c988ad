# SPDX-License-Identifier: GPL-3.0-or-later
"""A take, or some of its frames, that is brought into a convention."""

from dataclasses import dataclass, field, replace
from typing import Final

from ...anatomy.convention import Convention
from ...body.markers import PoseSequence
from ...runtime.array_types import Floats
from ..learned.predictor import select_observations, select_poses
from .coarse_steps import further_ease, step_frames, step_interval
from .fit import Fit, LegRests, placed, poses_in, stepped, turned, without_rests
from .skin_places import track_distance

_LOOK_RATE: Final = 5.0
_LOOK_FRAMES: Final = (160, 300)
"""Frames a second that are enough to see what markers support; so many are few anyhow, and so many
enough in all."""
_LEGS: Final = Convention(spine=False, neck=False, collars=False, arms=False)
"""Legs alone."""


@dataclass(frozen=True)
class ConventionTake:
    """A take, or some of its frames.

    fit: as it was fitted. expected: (T, 22) radians, the error that the network expects of itself.
    rate: frames per second. noise: metres. ease: seconds, of the filter over a step to the tracks.
    stand_for: frames of the whole take that each of these stands for. tried: its own poses in each
    convention that was asked for. rests: rest offsets of the legs, for bounds that take them off.
    """

    fit: Fit
    expected: Floats
    rate: float
    noise: float
    ease: float
    stand_for: int = 1
    tried: dict[Convention, Fit] = field(default_factory=dict[Convention, Fit])
    rests: LegRests | None = None

    def few(self) -> "ConventionTake":
        """As few frames as show what the take supports; all of a short one."""
        total = len(self.expected)
        step = max(round(self.rate / _LOOK_RATE), -(-total // _LOOK_FRAMES[1]))
        if step < 2 or total <= _LOOK_FRAMES[0]:
            return self
        some = slice(None, None, step)
        poses = select_poses(self.fit.poses, some)
        observed = select_observations(self.fit.observed, some)
        fit = Fit(poses, observed, self.fit.known, track_distance(poses, observed))
        return replace(
            self,
            fit=fit,
            expected=self.expected[some],
            rate=self.rate / step,
            stand_for=step,
            tried={},
        )

    def coarse(self) -> "ConventionTake":
        """The frames on which steps are taken; all of a take of few frames a second."""
        every = step_interval(self.rate)
        if every == 1:
            return self
        at = step_frames(len(self.expected), every)
        poses = select_poses(self.fit.poses, at)
        observed = select_observations(self.fit.observed, at)
        return replace(
            self,
            fit=Fit(poses, observed, self.fit.known, track_distance(poses, observed)),
            expected=self.expected[at],
            rate=self.rate / every,
            ease=further_ease(self.ease, self.rate, every),
            stand_for=every * self.stand_for,
            tried={},
        )

    def without_rests(self) -> PoseSequence:
        """Its poses with rest offsets taken off, where there are any."""
        if self.rests is None:
            return self.fit.poses
        return without_rests(self.fit.poses, self.fit.observed, self.rests)

    def turned(self, convention: Convention, fit: Fit | None = None) -> Fit:
        """Its poses, or those of `fit`, in a convention, the points calibrated for them, and how
        far they are off."""
        if fit is not None:
            return turned(fit, convention, self.rate, self.stand_for)
        if convention not in self.tried:
            self.tried[convention] = self._turned(convention)
        return self.tried[convention]

    def _turned(self, convention: Convention) -> Fit:
        """Its poses in a convention: legs after all else, which is the same whatever the legs."""
        if not convention.legs:
            return turned(self.fit, convention, self.rate, self.stand_for)
        upper = self.turned(replace(convention, legs=False, knees=None)).poses
        start = self.fit
        if self.rests is not None and convention.knees is not None and convention.knees.rest:
            upper = without_rests(upper, start.observed, self.rests)
            start = placed(start, self.without_rests(), self.stand_for)
        poses = poses_in(replace(_LEGS, knees=convention.knees), upper, start.observed, self.rate)
        return placed(start, poses, self.stand_for)

    def stepped(self, fit: Fit, convention: Convention) -> Fit:
        """One step from `fit`, which is in a convention, to the tracks."""
        return stepped(fit, convention, self.expected, self.noise, self.ease * self.rate)
