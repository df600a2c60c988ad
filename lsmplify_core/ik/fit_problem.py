# SPDX-License-Identifier: GPL-3.0-or-later
"""What a take is fitted by: the user's settings, and the problem that they make of a take."""

from dataclasses import dataclass, replace
from typing import Final

from ..body.markers import MarkerObservations, PoseSequence
from ..tracks.noise import smoothing_for, track_noise
from .backend import NUMPY
from .learned.predictor import ITERATIONS, Frames, select_observations, select_poses

_WARM_START_STEPS: Final = 1
"""Gauss–Newton steps beyond the usual after a fusion with initial poses: the fused pose has not
been brought to the tracks yet."""
_NOISY_PRIOR_SMOOTHING: Final = 0.08
"""Seconds of prior smoothing at the least where tracks are noisy."""

CONVENTIONS: Final = ("anatomical", "keep")
"""What rotations are brought into at the end of a solve."""


@dataclass(frozen=True)
class SolveSettings:
    """How a take is solved.

    iterations: of the network. refine: Gauss–Newton steps to the tracks after it. smooth: seconds,
    the standard deviation of the Gaussian filter of the result; 0 for none, None for what the
    tracks' noise calls for. prior_smoothing: seconds, the same for the network's poses, which
    decide where no track does. noise: metres, the standard deviation of the tracks, against the
    network's own sigma; None to measure it. convention: "anatomical", or "keep" for that of the
    initial poses, or of the network. device: one of `backend.DEVICES`, where network and
    refinement are computed.
    """

    iterations: int = ITERATIONS
    refine: int = 1
    smooth: float | None = None
    prior_smoothing: float = 0.05
    noise: float | None = None
    convention: str = CONVENTIONS[0]
    device: str = NUMPY


@dataclass(frozen=True)
class FitProblem:
    """A take to fit, on a body of the size that the network knows.

    start: the poses that the solve begins with. observations: the tracks, metres. rate: frames per
    second. iterations, refine: as in `SolveSettings`. noise: metres. smooth, prior_smoothing:
    seconds. warm_start: whether the start is a solution to go on from, frame for frame, and not the
    resting pose. initial_poses: poses from elsewhere to be fused with the network's, None without.
    first: the number of the first frame on the capture's clock. device: as in `SolveSettings`.
    corrected: how much of what noise does to poses is corrected afterwards (`noise_correction`), 0
    to 1.
    """

    start: PoseSequence
    observations: MarkerObservations
    rate: float
    iterations: int
    refine: int
    noise: float
    smooth: float
    prior_smoothing: float
    warm_start: bool = False
    initial_poses: PoseSequence | None = None
    first: int = 0
    device: str = NUMPY
    corrected: float = 0.0

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.start.root)

    def interval(self, frames: Frames, start: PoseSequence) -> "FitProblem":
        """Some frames of it, to go on with from `start`, poses of all frames."""
        initial_poses = (
            None if self.initial_poses is None else select_poses(self.initial_poses, frames)
        )
        return replace(
            self,
            start=select_poses(start, frames),
            observations=select_observations(self.observations, frames),
            warm_start=True,
            initial_poses=initial_poses,
            first=self.first + (frames.start or 0) if isinstance(frames, slice) else 0,
        )


def make_problem(
    start: PoseSequence,
    observations: MarkerObservations,
    rate: float,
    residual: float,
    settings: SolveSettings,
    warm_start: bool,
    sample_noise: float | None = None,
    first: int = 0,
) -> FitProblem:
    """A fit problem with what the settings leave open measured on the take.

    Args:
        start: the poses that every frame begins with.
        observations: the tracks, metres on a body of the size that the network knows.
        rate: frames per second.
        residual: metres along an axis, what the calibration left between tracks and body. Tracks
            are trusted no more than this, nor than their own noise.
        settings: of the solver.
        warm_start: whether `start` is a motion from elsewhere, to be fused with the network's.
        sample_noise: metres, the noise that the tracks had before they were smoothed; None where
            they were not, to measure it.
        first: the number of the first frame on the capture's clock.

    Returns:
        The problem for `fit_steps`.
    """
    denoised = sample_noise is not None
    if sample_noise is None:
        sample_noise = track_noise(observations.points, observations.weights)
    noise = max(sample_noise, residual) if settings.noise is None else settings.noise
    smooth = smoothing_for(sample_noise, denoised) if settings.smooth is None else settings.smooth
    prior_smoothing = (
        max(settings.prior_smoothing, _NOISY_PRIOR_SMOOTHING)
        if smooth > 0 and settings.prior_smoothing > 0
        else settings.prior_smoothing
    )
    initial_poses = start if warm_start else None
    refine = settings.refine + _WARM_START_STEPS * (warm_start and settings.refine > 0)
    return FitProblem(
        start,
        observations,
        rate,
        settings.iterations,
        refine,
        noise,
        smooth,
        prior_smoothing,
        warm_start,
        initial_poses,
        first,
        settings.device,
    )
